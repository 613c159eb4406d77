"""An expert's words as an e-mail: who wrote, what, and how to come back. Pure."""

import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from bot.texts import Texts

CHANNEL = "email"  # of the deliveries in the outbox


class Letter(Struct, frozen=True):
    """What is mailed, kept with the delivery. To whom is looked up at the last moment: it may be taken back."""

    receipt: str
    author: str
    text: str


def compose(
    letter: Letter, texts: Texts, *, to: str, sender: Address, number: str, at: datetime.datetime, page_url: str = ""
) -> EmailMessage:
    """The mail, which names the chat page where its address is known. The same `number` makes it the same mail, so that a copy sent in doubt can be told from a second one."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=to)
    message["Subject"] = texts.say("mail.subject")
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{number}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # so that no absence notice comes back
    page = texts.say("mail.page", url=page_url) if page_url else ""
    body = texts.say("mail.body", name=letter.author, text=letter.text, receipt=letter.receipt, page=page)
    message.set_content(body, cte="base64")  # old servers take no bytes over 127, and no line over 998
    return message
