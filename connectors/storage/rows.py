"""Small pieces that several writers of the tables share."""

import msgspec
import sqlalchemy as sa

from bot.ports import Message
from connectors.storage.schema import messages


def to_json(value: object) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()


def insert_message(
    connection: sa.Connection, conversation_id: str, message: Message, decision: str = "", external_id: str = ""
) -> None:
    """Stores a message of a conversation under its number."""
    connection.execute(
        messages.insert().values(
            conversation_id=conversation_id,
            seq=message.seq,
            role=message.role,
            text=message.text,
            client_id=message.client_id,
            external_id=external_id,
            action=message.action,
            parts=message.parts,
            decision=decision,
            created_at=message.at,
        )
    )
