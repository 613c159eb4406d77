"""Small pieces that several writers of the tables share."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
import uuid_utils

from bot.ports import Message
from connectors.storage.schema import messages

MOST_MESSAGES = 500  # that are read at once
_AFTER = (
    sa.select(messages)
    .where(messages.c.conversation_id == sa.bindparam("conversation"), messages.c.seq > sa.bindparam("after"))
    .order_by(messages.c.seq)
    .limit(sa.bindparam("most"))
)


def new_conversation_id() -> str:
    """An id that grows with time (UUID version 7, RFC 9562).

    Rows of one moment so lie on neighbouring pages: random ids would make every commit write twice as many.
    """
    return uuid_utils.uuid7().hex


def to_json(value: object) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()


class StoredMessage(NamedTuple):
    """A message with what only the store keeps of it: the channel's ids of it, and the decision behind it as JSON."""

    conversation_id: str
    message: Message
    external_id: str = ""
    quote_token: str = ""
    decision: str = ""


def insert_messages(connection: sa.Connection, rows: Sequence[StoredMessage]) -> None:
    """Stores messages under their numbers."""
    if rows:
        connection.execute(messages.insert(), [_values(row) for row in rows])


def _values(row: StoredMessage) -> dict[str, object]:
    message = row.message
    return {
        "conversation_id": row.conversation_id,
        "seq": message.seq,
        "role": message.role,
        "text": message.text,
        "client_id": message.client_id,
        "external_id": row.external_id,
        "action": message.action,
        "parts": message.parts,
        "decision": row.decision,
        "author": message.author,
        "author_id": message.author_id,
        "quotes_seq": message.quotes_seq,
        "quote_token": row.quote_token,
        "created_at": message.at,
    }


def as_message(row: Any) -> Message:
    """The message of a row of `messages`."""
    return Message(
        row.seq,
        row.role,
        row.text,
        row.created_at,
        row.client_id,
        row.action,
        row.parts,
        row.author,
        row.author_id,
        row.quotes_seq,
    )


def messages_after(
    connection: sa.Connection, conversation_id: str, after: int, most: int = MOST_MESSAGES
) -> tuple[Message, ...]:
    """The messages of a conversation after number `after`, in order, and no more than `most`."""
    found = connection.execute(_AFTER, {"conversation": conversation_id, "after": after, "most": most})
    return tuple(map(as_message, found))
