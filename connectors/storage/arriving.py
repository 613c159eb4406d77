"""Writes events of a messenger down: finds or makes their conversations, and stores each event once.

A handful of statements for any number of events, because each webhook waits for its commit.
"""

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.conversation import State
from bot.ports import Arrival, Message
from connectors.storage.rows import StoredMessage, insert_messages, new_conversation_id, to_json
from connectors.storage.schema import conversations, inbox

_User = tuple[str, str]  # channel, key


def store_arrivals(connection: sa.Connection, arrivals: Sequence[Arrival], at: datetime.datetime) -> int:
    """Stores `arrivals` in the transaction of `connection`; returns how many had not been stored before."""
    if not arrivals:
        return 0
    found = _conversations(connection, arrivals, at)
    fresh = _new_events(connection, arrivals, {user: row.id for user, row in found.items()}, at)
    _store_messages(connection, fresh, found, at)
    return len(fresh)


def _conversations(
    connection: sa.Connection, arrivals: Sequence[Arrival], at: datetime.datetime
) -> dict[_User, sa.Row[Any]]:
    """The conversations of the arrivals' users, made where there are none; their rows are locked from here on."""
    # In one order for all servers, so that two of them never wait for each other.
    users = sorted({(arrival.channel, arrival.key) for arrival in arrivals})
    state = to_json(State())
    rows = [
        {
            "id": new_conversation_id(),
            "channel": channel,
            "channel_key": key,
            "token_hash": "",
            "state": state,
            "last_seq": 0,
            "created_at": at,
            "updated_at": at,
        }
        for channel, key in users
    ]
    statement = _FOUND_OR_MADE[connection.dialect.name]
    return {(row.channel, row.channel_key): row for row in connection.execute(statement, rows)}


def _new_events(
    connection: sa.Connection, arrivals: Sequence[Arrival], conversation_of: dict[_User, str], at: datetime.datetime
) -> list[Arrival]:
    """Stores the events that are not there yet; returns their arrivals in order."""
    known = {(conversation_of[one.channel, one.key], one.event_id): one for one in reversed(arrivals)}
    rows = [
        {
            "channel": one.channel,
            "event_id": event_id,
            "conversation_id": conversation_id,
            "external_id": one.external_id,
            "seq": 0,
            "event": to_json(one.event),
            "reply_token": one.reply_token,
            "occurred_at": one.occurred_at,
            "delivered_at": one.delivered_at,
            "received_at": at,
        }
        for (conversation_id, event_id), one in reversed(known.items())
    ]
    stored = sorted(connection.execute(_STORED_ONCE[connection.dialect.name], rows))
    return [known[row.conversation_id, row.event_id] for row in stored]


def _store_messages(
    connection: sa.Connection, arrivals: Sequence[Arrival], found: dict[_User, sa.Row[Any]], at: datetime.datetime
) -> None:
    """What users wrote, under the next numbers of their conversations."""
    last = {user: row.last_seq for user, row in found.items()}
    rows = []
    for one in arrivals:
        if one.text:
            user = (one.channel, one.key)
            last[user] += 1
            message = Message(seq=last[user], role="user", text=one.text, at=at, client_id=one.event_id)
            rows.append(StoredMessage(found[user].id, message, one.external_id, one.quote_token))
    insert_messages(connection, rows)
    moved = [{"moved": found[user].id, "seq": seq} for user, seq in last.items() if seq != found[user].last_seq]
    if moved:
        connection.execute(_MOVED, moved)


def _found_or_made(insert: Any) -> Any:
    statement = insert(conversations)
    return statement.on_conflict_do_update(
        index_elements=["channel", "channel_key"], set_={"updated_at": statement.excluded.updated_at}
    ).returning(conversations.c.id, conversations.c.channel, conversations.c.channel_key, conversations.c.last_seq)


def _stored_once(insert: Any) -> Any:
    return (
        insert(inbox)
        .on_conflict_do_nothing(index_elements=["channel", "conversation_id", "event_id"])
        .returning(inbox.c.id, inbox.c.conversation_id, inbox.c.event_id)
    )


# ON CONFLICT is each dialect's own.
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_FOUND_OR_MADE = {name: _found_or_made(insert) for name, insert in _INSERTS.items()}
_STORED_ONCE = {name: _stored_once(insert) for name, insert in _INSERTS.items()}
_MOVED = conversations.update().where(conversations.c.id == sa.bindparam("moved")).values(last_seq=sa.bindparam("seq"))
