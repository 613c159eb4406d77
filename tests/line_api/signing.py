"""Signing webhooks as LINE does (LINE docs, "Verify webhook signature")."""

import base64
import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    """The value of `x-line-signature` for the very bytes that are posted."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(secret: str, body: bytes) -> dict[str, str]:
    """The headers that LINE posts a webhook with."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "LineBotWebhook/2.0",
        "X-Line-Signature": sign(secret, body),
    }
