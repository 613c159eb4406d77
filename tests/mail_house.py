"""A real mail server on loopback: keeps what it took, and answers as it is told to."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port

DROP = "drop"  # takes the mail, and is gone before it says so


class MailHouse:
    """What has arrived, in order; `answers` are given to the next mails instead of taking them."""

    def __init__(self) -> None:
        self.port = free_port()
        self.arrived: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: deque[str] = deque()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers and self.answers[0] != DROP:
            return self.answers.popleft().format(address=address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.arrived.append(found)
        self.recipients.append(envelope.rcpt_tos)
        if self.answers and self.answers.popleft() == DROP and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_house() -> Iterator[MailHouse]:
    house = MailHouse()
    controller = Controller(house, hostname="127.0.0.1", port=house.port)
    controller.start()
    try:
        yield house
    finally:
        controller.stop()


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return "\n".join(body.get_content().splitlines())
