"""What people do to a handoff: each act in one transaction that holds the conversation, as the bot's turns do."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.conversation import State, Turn
from bot.handoff import Handoff
from bot.mailing import due
from bot.ports import Message, Role
from bot.reception import Standing
from bot.replies import Part
from connectors.mail.letter import CHANNEL, Letter
from connectors.storage.database import Database
from connectors.storage.handoffs import as_handoff, keep
from connectors.storage.queue import standing
from connectors.storage.rows import StoredMessage, as_message, insert_messages, to_json
from connectors.storage.schema import conversations, desks, handoffs, inbox, messages, outbox


class UnknownHandoffError(LookupError):
    """There is no such handoff."""


class Case:
    """A handoff and its conversation, held until the transaction ends."""

    def __init__(self, connection: sa.Connection, conversation: Any, row: Any) -> None:
        self.connection = connection
        self.handoff = as_handoff(row)
        self._seen_at: datetime.datetime | None = row.user_seen_at
        self.conversation_id: str = conversation.id
        self.channel: str = conversation.channel
        self.state = _state(conversation.state)
        self.last_seq: int = conversation.last_seq
        self._reply_token = {"reply_token": conversation.reply_token, "token_from": conversation.token_from}

    def change(self, handoff: Handoff, at: datetime.datetime) -> Standing:
        """Stores the handoff as it is now; returns where it stands."""
        self.handoff = keep(self.connection, self.conversation_id, handoff, at)
        return standing(self.connection, self.handoff, at)

    def tell(self, turn: Turn, at: datetime.datetime) -> Message:
        """Lets the system say something to the user, and the bot remember it."""
        self.state = turn.state
        self._update(state=to_json(turn.state))
        action = turn.decision.action
        return self.say("system", turn.reply.text, turn.reply.parts, at, action=action)

    def say(
        self,
        role: Role,
        text: str,
        parts: tuple[Part, ...],
        at: datetime.datetime,
        *,
        client_id: str = "",
        action: str = "",
        author: str = "",
        author_id: str = "",
        quotes_seq: int = 0,
    ) -> Message:
        """Adds a message to the conversation and has it delivered, with the user's last reply token if it is unused."""
        self.last_seq += 1
        message = Message(
            seq=self.last_seq,
            role=role,
            text=text,
            at=at,
            client_id=client_id,
            action=action,
            parts=to_json(parts),
            author=author,
            author_id=author_id,
            quotes_seq=quotes_seq,
        )
        insert_messages(self.connection, [StoredMessage(self.conversation_id, message)])
        self.connection.execute(outbox.insert().values(self._delivery(message.seq, at) | self._mail(message)))
        self._reply_token = {"reply_token": "", "token_from": None}
        self._update(last_seq=message.seq, updated_at=at, **self._reply_token)
        return message

    def stored(self, client_id: str) -> Message | None:
        """The expert's message that was stored under this id before."""
        mine = sa.and_(messages.c.conversation_id == self.conversation_id, messages.c.role == "expert")
        row = self.connection.execute(sa.select(messages).where(mine, messages.c.client_id == client_id)).first()
        return as_message(row) if row else None

    def return_unread(self, user_id: str) -> None:
        """Gives to the bot what the user wrote last and the expert has not seen: it is answered after this act."""
        mine = messages.c.conversation_id == self.conversation_id
        desk = sa.and_(desks.c.handoff_id == int(self.handoff.id), desks.c.user_id == user_id)
        read = self.connection.scalar(sa.select(desks.c.read_seq).where(desk)) or 0
        spoken = self.connection.scalar(sa.select(sa.func.max(messages.c.seq)).where(mine, messages.c.role != "user"))
        unread = sa.select(messages.c.client_id).where(
            mine, messages.c.role == "user", messages.c.seq > max(read, spoken or 0)
        )
        relayed = sa.and_(inbox.c.conversation_id == self.conversation_id, inbox.c.event_id.in_(unread))
        self.connection.execute(inbox.update().where(relayed).values(done_at=None, reply_token=""))

    def quote_token(self, seq: int) -> str:
        """The channel's token with which a message of the user can be quoted; empty where there is none."""
        mine = sa.and_(messages.c.conversation_id == self.conversation_id, messages.c.seq == seq)
        return self.connection.scalar(sa.select(messages.c.quote_token).where(mine)) or ""

    def _update(self, **values: object) -> None:
        mine = conversations.c.id == self.conversation_id
        self.connection.execute(conversations.update().where(mine).values(values))

    def _mail(self, message: Message) -> dict[str, object]:
        """What differs where the words of an expert are mailed."""
        if message.role != "expert" or self.handoff.contact != "email":
            return {}
        letter = Letter(self.handoff.receipt, message.author, message.text)
        return {"channel": CHANNEL, "next_attempt_at": due(self._seen_at, message.at), "payload": to_json(letter)}

    def _delivery(self, seq: int, at: datetime.datetime) -> dict[str, object]:
        return {
            "conversation_id": self.conversation_id,
            "channel": self.channel,
            "seq": seq,
            "status": "new",
            "attempts": 0,
            "next_attempt_at": at,
            **self._reply_token,
            "retry_key": "",
            "payload": "",
            "leaves": False,
            "error": "",
            "created_at": at,
            "is_open": True,
        }


def _state(text: str) -> State:
    try:
        return msgspec.json.decode(text, type=State)
    except msgspec.DecodeError:
        return State()


class SqlCases:
    """Opens handoffs for one act each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def open(self, handoff_id: int) -> Iterator[Case]:
        """The case, held; what is done in the block is stored when it ends well.

        Raises:
            UnknownHandoffError: There is no such handoff.
        """
        with self._database.write() as connection:
            yield held(connection, handoff_id)


def held(connection: sa.Connection, handoff_id: int) -> Case:
    """The case of a handoff in a running transaction, its conversation locked first, as a turn of the bot does it.

    Raises:
        UnknownHandoffError: There is no such handoff.
    """
    of = sa.select(handoffs.c.conversation_id).where(handoffs.c.id == handoff_id)
    conversation = connection.execute(
        sa.select(conversations).where(conversations.c.id == of.scalar_subquery()).with_for_update()
    ).first()
    row = connection.execute(sa.select(handoffs).where(handoffs.c.id == handoff_id)).first()
    if conversation is None or row is None:
        raise UnknownHandoffError(handoff_id)
    return Case(connection, conversation, row)
