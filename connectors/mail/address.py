"""Which texts are e-mail addresses that can be written to. Asks nobody: no DNS."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST = 254  # characters (RFC 5321)


class AddressError(ValueError):
    """Not an address."""


def parse_address(text: str) -> str:
    """The address in `text`, in plain ASCII; full-width letters, as Japanese keyboards leave them, are taken as meant.

    Raises:
        AddressError: It is none, or one that only some servers can take.
    """
    try:
        found = validate_email(
            unicodedata.normalize("NFKC", text).strip(), check_deliverability=False, allow_smtputf8=False
        )
    except EmailNotValidError as error:
        raise AddressError(str(error)) from error
    address = found.ascii_email or ""
    if not address or len(address) > LONGEST:
        raise AddressError("longer than an address may be")
    return address
