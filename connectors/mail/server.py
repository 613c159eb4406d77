"""The mail server and the sender, as the operator names them."""

import re
from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from connectors.mail.address import AddressError, parse_address
from connectors.mail.errors import MailSettingsError

_PORTS = {"smtp": 587, "smtps": 465}
_SENDER = re.compile(r"(?P<bare>[^<>\s]+)|\"?(?P<name>[^<>\"\r\n]*?)\"?\s*<(?P<address>[^<>\s]+)>")


class MailServer(Struct, frozen=True):
    """Where mail is handed in; `is_tls`: encrypted from the first byte, else as soon as the server can."""

    host: str
    port: int
    sender: Address
    is_tls: bool = False
    user: str = ""
    password: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it is this machine's own, which needs no encryption."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


def parse_server(url: str, sender: str) -> MailServer:
    """Reads `smtp://user:password@host:587` and `経営相談チャット <soudan@example.jp>`.

    Raises:
        MailSettingsError: One of them cannot be read, or is missing.
    """
    if not url or not sender:
        raise MailSettingsError("SODAN_SMTP_URL と SODAN_MAIL_FROM は、両方を設定してください")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in _PORTS:
        raise MailSettingsError("SODAN_SMTP_URL を読めません(例 smtp://user:password@mail.example.jp:587)")
    return MailServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        sender=_sender(sender),
        is_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _sender(text: str) -> Address:
    found = _SENDER.fullmatch(text.strip())
    name, address = (found["name"] or "", found["bare"] or found["address"]) if found else ("", "")
    try:
        return Address(display_name=name, addr_spec=parse_address(address))
    except AddressError as error:
        raise MailSettingsError(
            "SODAN_MAIL_FROM を読めません(例 soudan@example.jp、経営相談チャット <soudan@example.jp>)"
        ) from error
