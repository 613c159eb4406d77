"""Whether a webhook body really comes from LINE (LINE docs, "Verify webhook signature")."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence


def is_signed(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Whether `signature` is the base64 HMAC-SHA256 of the untouched body under one of the channel secrets.

    Several secrets are accepted so that a secret can be changed without losing a message. Constant time.
    """
    try:
        given = base64.b64decode(signature.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    expected = [hmac.digest(secret.encode(), body, hashlib.sha256) for secret in secrets]
    return any([hmac.compare_digest(given, digest) for digest in expected])  # noqa: C419 - every secret is compared
