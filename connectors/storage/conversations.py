"""`bot.ports.Conversations` on a relational database."""

import datetime
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.conversation import Event, Ignored, State, Turn
from bot.ports import Arrival, ConversationNotFoundError, Incoming, Message, Receipt
from connectors.storage.arriving import arrived
from connectors.storage.database import Database
from connectors.storage.rows import insert_message, to_json
from connectors.storage.schema import conversations, inbox, messages, outbox

logger = logging.getLogger(__name__)


class SqlConversations:
    """Conversations in the tables `conversations`, `messages`, `inbox` and `outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, channel: str, token_hash: str, at: datetime.datetime) -> str:
        """Opens a conversation and returns its id."""
        identifier = secrets.token_urlsafe(12)
        row = {
            "id": identifier,
            "channel": channel,
            "token_hash": token_hash,
            "state": to_json(State()),
            "last_seq": 0,
            "created_at": at,
            "updated_at": at,
        }
        with self._database.write() as connection:
            connection.execute(conversations.insert().values(row))
        return identifier

    def token_hash(self, conversation_id: str) -> str | None:
        """The hash of the token that may use the conversation."""
        query = sa.select(conversations.c.token_hash).where(conversations.c.id == conversation_id)
        with self._database.read() as connection:
            return connection.scalar(query)

    def receive(self, incoming: Incoming, at: datetime.datetime) -> Receipt:
        """Stores the user's message and the inbox row in one transaction, once per event id."""
        with self._database.write() as connection:
            # Taking the number first locks the conversation, so that the same event twice at once meets itself here.
            channel, seq = _next_seq(connection, incoming.conversation_id, at)
            stored = _received_before(connection, incoming)
            if stored is None:
                return Receipt(_store_received(connection, incoming, channel, seq, at), duplicate=False)
            connection.rollback()
        return Receipt(self.messages(incoming.conversation_id, stored - 1, limit=1)[0], duplicate=True)

    def arrive(self, arrivals: tuple[Arrival, ...], at: datetime.datetime) -> int:
        """Stores events of a messenger in one transaction, each once; unknown users get a conversation."""
        with self._database.write() as connection:
            return sum(arrived(connection, arrival, at) for arrival in arrivals)

    def messages(self, conversation_id: str, after: int, limit: int = 500) -> tuple[Message, ...]:
        """The messages after number `after`, in order."""
        query = (
            sa.select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.seq > after)
            .order_by(messages.c.seq)
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(_message(row) for row in connection.execute(query))

    @contextmanager
    def next_work(self) -> Iterator["SqlWork | None"]:
        """The oldest waiting utterance of a conversation that no other worker holds.

        On PostgreSQL the row lock of the conversation is the claim, on SQLite the write lock is: a crash gives both
        back by itself.
        """
        with self._database.write() as connection:
            found = connection.execute(_WAITING).first()
            if found is None:
                yield None
                return
            # The row joined above is not yet the conversation's oldest where another transaction was waited for.
            event = connection.execute(_OLDEST, {"conversation": found.id}).first()
            yield SqlWork(connection, found, event) if event else None


class SqlWork:
    """An event being answered, inside the transaction that will hold the answer."""

    def __init__(self, connection: sa.Connection, conversation: Any, event: Any) -> None:
        self._connection = connection
        self._conversation = conversation
        self._row = event
        self.conversation_id: str = conversation.id
        self.event = msgspec.json.decode(event.event, type=Event)
        self.state = _state(conversation)

    def complete(self, turn: Turn, at: datetime.datetime, leaves: bool = False) -> None:
        """Stores reply, state and delivery and marks the event done."""
        identifier, seq = self._conversation.id, self._conversation.last_seq + 1
        reply = Message(
            seq=seq,
            role="bot",
            text=turn.reply.text,
            at=at,
            action=turn.decision.action,
            parts=to_json(turn.reply.parts),
        )
        insert_message(self._connection, identifier, reply, decision=to_json(turn.decision))
        self._connection.execute(
            conversations.update()
            .where(conversations.c.id == identifier)
            .values(state=to_json(turn.state), last_seq=seq, updated_at=at)
        )
        self._connection.execute(outbox.insert().values(self._delivery(seq, at) | {"leaves": leaves}))
        self.finish(at)

    def finish(self, at: datetime.datetime) -> None:
        """Marks the event done without an answer."""
        self._connection.execute(inbox.update().where(inbox.c.id == self._row.id).values(done_at=at))

    def cancel_deliveries(self, at: datetime.datetime) -> None:
        """Takes back everything that was still to be delivered to this conversation."""
        mine = sa.and_(outbox.c.conversation_id == self.conversation_id, outbox.c.is_open)
        values = {"status": "cancelled", "is_open": False, "error": f"cancelled at {at.isoformat()}"}
        self._connection.execute(outbox.update().where(mine).values(values))

    def erase(self, external_id: str, words: str) -> None:
        """Replaces the text of a message everywhere; an utterance still waiting is not answered."""
        execute, mine = self._connection.execute, self.conversation_id
        execute(
            messages.update()
            .where(messages.c.conversation_id == mine, messages.c.external_id == external_id)
            .values(text=words)
        )
        gone = to_json(Ignored("unsent"))
        execute(
            inbox.update().where(inbox.c.conversation_id == mine, inbox.c.external_id == external_id).values(event=gone)
        )

    def _delivery(self, seq: int, at: datetime.datetime) -> dict[str, Any]:
        return {
            "conversation_id": self._conversation.id,
            "channel": self._conversation.channel,
            "seq": seq,
            "status": "new",
            "attempts": 0,
            "next_attempt_at": at,
            "reply_token": self._row.reply_token,
            "token_from": self._row.delivered_at if self._row.reply_token else None,
            "retry_key": "",
            "payload": "",
            "error": "",
            "created_at": at,
            "is_open": True,
        }


_WAITING = (
    sa.select(conversations.c.id, conversations.c.channel, conversations.c.state, conversations.c.last_seq)
    .join(inbox, inbox.c.conversation_id == conversations.c.id)
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(of=conversations, skip_locked=True)
)
_OLDEST = (
    sa.select(inbox.c.id, inbox.c.event, inbox.c.reply_token, inbox.c.delivered_at)
    .where(inbox.c.conversation_id == sa.bindparam("conversation"), inbox.c.done_at.is_(None))
    .order_by(inbox.c.occurred_at, inbox.c.id)
    .limit(1)
)


def _state(conversation: Any) -> State:
    try:
        return msgspec.json.decode(conversation.state, type=State)
    except msgspec.DecodeError:
        # Written by another version: better to have forgotten what was offered than never to answer again.
        logger.exception("state of conversation %s is unreadable and starts anew", conversation.id)
        return State()


def _next_seq(connection: sa.Connection, conversation_id: str, at: datetime.datetime) -> tuple[str, int]:
    row = connection.execute(
        conversations.update()
        .where(conversations.c.id == conversation_id)
        .values(last_seq=conversations.c.last_seq + 1, updated_at=at)
        .returning(conversations.c.channel, conversations.c.last_seq)
    ).first()
    if row is None:
        raise ConversationNotFoundError(conversation_id)
    return row.channel, row.last_seq


def _received_before(connection: sa.Connection, incoming: Incoming) -> int | None:
    return connection.scalar(
        sa.select(inbox.c.seq).where(
            inbox.c.conversation_id == incoming.conversation_id, inbox.c.event_id == incoming.event_id
        )
    )


def _store_received(
    connection: sa.Connection, incoming: Incoming, channel: str, seq: int, at: datetime.datetime
) -> Message:
    message = Message(seq=seq, role="user", text=incoming.utterance.text, at=at, client_id=incoming.event_id)
    insert_message(connection, incoming.conversation_id, message)
    connection.execute(
        inbox.insert().values(
            channel=channel,
            event_id=incoming.event_id,
            conversation_id=incoming.conversation_id,
            external_id="",
            seq=seq,
            event=to_json(incoming.utterance),
            reply_token="",
            occurred_at=at,
            delivered_at=at,
            received_at=at,
        )
    )
    return message


def _message(row: Any) -> Message:
    return Message(row.seq, row.role, row.text, row.created_at, row.client_id, row.action, row.parts)
