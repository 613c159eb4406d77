"""Writes an event of a messenger down: finds or makes its conversation, and stores it once."""

import datetime
import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.conversation import State
from bot.ports import Arrival, Message
from connectors.storage.rows import insert_message, to_json
from connectors.storage.schema import conversations, inbox


def arrived(connection: sa.Connection, arrival: Arrival, at: datetime.datetime) -> bool:
    """Stores `arrival` in the transaction of `connection`; False where the same event had been stored before."""
    conversation_id = _conversation(connection, arrival, at)
    stored = connection.execute(_new_event(connection, arrival, conversation_id, at)).first()
    if stored is None:
        return False
    if arrival.text:
        _store_message(connection, arrival, conversation_id, stored.id, at)
    return True


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _conversation(connection: sa.Connection, arrival: Arrival, at: datetime.datetime) -> str:
    """The conversation of the arrival's user, made where there is none; its row is locked from here on."""
    row = {
        "id": secrets.token_urlsafe(12),
        "channel": arrival.channel,
        "channel_key": arrival.key,
        "token_hash": "",
        "state": to_json(State()),
        "last_seq": 0,
        "created_at": at,
        "updated_at": at,
    }
    statement = (
        _insert(connection, conversations)
        .values(row)
        .on_conflict_do_update(index_elements=["channel", "channel_key"], set_={"updated_at": at})
        .returning(conversations.c.id)
    )
    return str(connection.execute(statement).scalar_one())


def _new_event(connection: sa.Connection, arrival: Arrival, conversation_id: str, at: datetime.datetime) -> Any:
    row = {
        "channel": arrival.channel,
        "event_id": arrival.event_id,
        "conversation_id": conversation_id,
        "external_id": arrival.external_id,
        "seq": 0,
        "event": to_json(arrival.event),
        "reply_token": arrival.reply_token,
        "occurred_at": arrival.occurred_at,
        "delivered_at": arrival.delivered_at,
        "received_at": at,
    }
    statement = _insert(connection, inbox).values(row)
    return statement.on_conflict_do_nothing(index_elements=["channel", "conversation_id", "event_id"]).returning(
        inbox.c.id
    )


def _store_message(
    connection: sa.Connection, arrival: Arrival, conversation_id: str, event_row: int, at: datetime.datetime
) -> None:
    seq = connection.execute(
        conversations.update()
        .where(conversations.c.id == conversation_id)
        .values(last_seq=conversations.c.last_seq + 1)
        .returning(conversations.c.last_seq)
    ).scalar_one()
    message = Message(seq=seq, role="user", text=arrival.text, at=at, client_id=arrival.event_id)
    insert_message(connection, conversation_id, message, external_id=arrival.external_id)
    connection.execute(inbox.update().where(inbox.c.id == event_row).values(seq=seq))
