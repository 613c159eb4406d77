"""What the bot needs from outside, as small protocols. Implemented in `connectors`, handed in by its assembly."""

import datetime
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from msgspec import Struct

from bot.conversation import State, Turn, Utterance

Role = Literal["user", "bot", "expert", "system"]


class StorageUnavailableError(Exception):
    """The store cannot take or give anything now (locked, full, gone). Nothing was acknowledged; try again later."""


class ConversationNotFoundError(LookupError):
    """There is no such conversation."""


class Message(Struct, frozen=True):
    """One numbered message of a conversation; `seq` counts from 1 without gaps.

    `client_id` is the sender's own id for it (user messages); `parts` is the reply as JSON text (bot messages).
    """

    seq: int
    role: Role
    text: str
    at: datetime.datetime
    client_id: str = ""
    action: str = ""
    parts: str = "[]"


class Incoming(Struct, frozen=True):
    """What a connector received: which conversation, the sender's id for it, and the utterance."""

    conversation_id: str
    event_id: str
    utterance: Utterance


class Receipt(Struct, frozen=True):
    """The stored message, and whether it had been stored before (the same event id)."""

    message: Message
    duplicate: bool


class Work(Protocol):
    """The oldest unprocessed utterance of a conversation that nobody else is working on, inside one transaction."""

    conversation_id: str
    utterance: Utterance
    state: State

    def complete(self, turn: Turn, at: datetime.datetime) -> None:
        """Stores reply, state and delivery and marks the utterance done; it takes effect when the context ends."""


class Conversations(Protocol):
    """Conversations, their messages and the utterances still to be answered."""

    def open(self, channel: str, token_hash: str, at: datetime.datetime) -> str:
        """Opens a conversation and returns its id."""

    def token_hash(self, conversation_id: str) -> str | None:
        """The hash of the token that may use the conversation; None where there is no such conversation."""

    def receive(self, incoming: Incoming, at: datetime.datetime) -> Receipt:
        """Writes an utterance down; once it returns, it survives a crash. Raises ConversationNotFoundError."""

    def messages(self, conversation_id: str, after: int, limit: int = 500) -> tuple[Message, ...]:
        """The messages after number `after`, in order."""

    def next_work(self) -> AbstractContextManager[Work | None]:
        """Opens the next work in a transaction that commits when the context ends well; None if there is none."""


class Delivery(Struct, frozen=True):
    """A message that has to reach its channel."""

    id: int
    conversation_id: str
    channel: str
    seq: int
    attempts: int


class Outbox(Protocol):
    """Deliveries still to be made. They are written in the transaction of the turn that made them."""

    def due(self, now: datetime.datetime, limit: int = 100) -> tuple[Delivery, ...]:
        """The oldest deliveries whose time has come."""

    def mark_sent(self, deliveries: tuple[Delivery, ...], at: datetime.datetime) -> None:
        """They reached their channel and are never sent again."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime.datetime:
        """The present moment, aware, in UTC."""
