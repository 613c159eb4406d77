"""`bot.ports.Conversations` on a relational database."""

import datetime
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.conversation import Event, State, Turn, Utterance
from bot.handoff import Handoff
from bot.ports import Arrival, ConversationNotFoundError, Incoming, Message, Receipt
from bot.reception import Standing
from connectors.storage.arriving import store_arrivals
from connectors.storage.database import Database
from connectors.storage.erasing import erase
from connectors.storage.handoffs import keep, latest
from connectors.storage.queue import standing
from connectors.storage.rows import (
    MOST_MESSAGES,
    StoredMessage,
    insert_messages,
    messages_after,
    new_conversation_id,
    to_json,
)
from connectors.storage.schema import conversations, inbox, outbox

logger = logging.getLogger(__name__)


class SqlConversations:
    """Conversations in the tables `conversations`, `messages`, `inbox` and `outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, channel: str, token_hash: str, at: datetime.datetime) -> str:
        """Opens a conversation and returns its id."""
        identifier = new_conversation_id()
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

    def arrive(self, arrivals: Sequence[Arrival], at: datetime.datetime) -> int:
        """Stores events of a messenger in one transaction, each once; unknown users get a conversation."""
        with self._database.write() as connection:
            return store_arrivals(connection, arrivals, at)

    def messages(self, conversation_id: str, after: int, limit: int = MOST_MESSAGES) -> tuple[Message, ...]:
        """The messages after number `after`, in order."""
        with self._database.read() as connection:
            return messages_after(connection, conversation_id, after, limit)

    def upcoming(self, most: int) -> tuple[str, ...]:
        """The oldest waiting utterances on SQLite, where all writers wait while works are open."""
        if not self._database.is_sqlite:
            return ()
        with self._database.read() as connection:
            events = [msgspec.json.decode(row, type=Event) for row in connection.scalars(_UPCOMING, {"most": most})]
        return tuple(event.text for event in events if isinstance(event, Utterance) and not event.action)

    @contextmanager
    def take(self, most: int) -> Iterator[Sequence["SqlWork"]]:
        """The oldest waiting events, one of each conversation, of conversations that no other worker holds.

        On PostgreSQL the row lock of the conversation is the claim, on SQLite the write lock is: a crash gives both
        back by itself.
        """
        if not self._is_waiting():  # looked for after every answer: no reason to keep writers waiting
            yield ()
            return
        with self._database.write() as connection:
            works = _works(connection, most)
            yield works
            _store(connection, works)

    def _is_waiting(self) -> bool:
        with self._database.read() as connection:
            return connection.execute(_ANY_WAITING).first() is not None


class SqlWork:
    """An event being answered, inside the transaction that will hold the answer; stored when the batch ends."""

    def __init__(self, connection: sa.Connection, conversation: Any, event: Any, handoff: Handoff | None) -> None:
        self._connection = connection
        self._conversation = conversation
        self._row = event
        self.conversation_id: str = conversation.id
        self.event = msgspec.json.decode(event.event, type=Event)
        self.received_at: datetime.datetime = event.received_at
        self.state = _state(conversation)
        self.handoff = handoff
        self.done: dict[str, Any] | None = None
        self.reply: StoredMessage | None = None
        self.after: dict[str, Any] | None = None
        self.delivery: dict[str, Any] | None = None

    def hand(self, handoff: Handoff, at: datetime.datetime) -> Standing:
        """Stores the changed handoff at once; returns where it stands then."""
        self.handoff = keep(self._connection, self.conversation_id, handoff, at)
        return standing(self._connection, self.handoff, at)

    def relay(self, state: State, at: datetime.datetime) -> None:
        """Marks the event as passed on to the expert, whose next words may use its reply token."""
        row = self._row
        token = {"reply_token": row.reply_token, "token_from": row.delivered_at} if row.reply_token else {}
        mine = conversations.c.id == self.conversation_id
        changed = {"state": to_json(state), "updated_at": at} | token
        self._connection.execute(conversations.update().where(mine).values(changed))
        self.finish(at)

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
        self.reply = StoredMessage(identifier, reply, decision=to_json(turn.decision))
        self.after = {"mine": identifier, "state": to_json(turn.state), "last_seq": seq, "updated_at": at}
        self.delivery = self._delivery(seq, at) | {"leaves": leaves}
        self.finish(at)

    def finish(self, at: datetime.datetime) -> None:
        """Marks the event done without an answer."""
        self.done = {"mine": self._row.id, "done_at": at}

    def cancel_deliveries(self, at: datetime.datetime) -> None:
        """Takes back everything that was still to be delivered to this conversation."""
        mine = sa.and_(outbox.c.conversation_id == self.conversation_id, outbox.c.is_open)
        values = {"status": "cancelled", "is_open": False, "error": f"cancelled at {at.isoformat()}"}
        self._connection.execute(outbox.update().where(mine).values(values))

    def erase(self, external_id: str, words: str) -> None:
        """Replaces the text of a message everywhere; an utterance still waiting is not answered."""
        self.state = erase(self._connection, self.conversation_id, self.state, external_id, words)

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


_ANY_WAITING = sa.select(inbox.c.id).where(inbox.c.done_at.is_(None)).limit(1)
_UPCOMING = sa.select(inbox.c.event).where(inbox.c.done_at.is_(None)).order_by(inbox.c.id).limit(sa.bindparam("most"))
_WAITING = (
    sa.select(conversations.c.id, conversations.c.channel, conversations.c.state, conversations.c.last_seq)
    .join(inbox, inbox.c.conversation_id == conversations.c.id)
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(of=conversations, skip_locked=True)
)
_OLDEST = (
    sa.select(
        *(inbox.c[name] for name in ("id", "conversation_id", "event", "reply_token", "delivered_at", "received_at"))
    )
    .where(inbox.c.conversation_id.in_(sa.bindparam("conversations", expanding=True)), inbox.c.done_at.is_(None))
    .order_by(inbox.c.conversation_id, inbox.c.occurred_at, inbox.c.id)
)
_DONE = inbox.update().where(inbox.c.id == sa.bindparam("mine")).values(done_at=sa.bindparam("done_at"))
_AFTER = (
    conversations.update()
    .where(conversations.c.id == sa.bindparam("mine"))
    .values({name: sa.bindparam(name) for name in ("state", "last_seq", "updated_at")})
)


def _works(connection: sa.Connection, most: int) -> list[SqlWork]:
    while True:
        held = {row.id: row for row in connection.execute(_WAITING, {"most": most})}
        if not held:
            return []
        # The rows joined above are not yet the oldest where another transaction was waited for.
        oldest: dict[str, Any] = {}
        for event in connection.execute(_OLDEST, {"conversations": list(held)}):
            oldest.setdefault(event.conversation_id, event)
        if oldest:
            handoffs = latest(connection, oldest)
            return [SqlWork(connection, held[name], event, handoffs.get(name)) for name, event in oldest.items()]


def _store(connection: sa.Connection, works: Sequence[SqlWork]) -> None:
    """What became of the works, in few statements."""
    insert_messages(connection, [work.reply for work in works if work.reply])
    steps: tuple[tuple[Any, list[dict[str, Any] | None]], ...] = (
        (_AFTER, [work.after for work in works]),
        (outbox.insert(), [work.delivery for work in works]),
        (_DONE, [work.done for work in works]),
    )
    for statement, found in steps:
        if values := [value for value in found if value]:
            connection.execute(statement, values)


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
    insert_messages(connection, [StoredMessage(incoming.conversation_id, message)])
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
