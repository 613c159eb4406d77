"""What the bot needs from outside, as small protocols. Implemented in `connectors`, handed in by its assembly."""

import datetime
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from msgspec import Struct

from bot.calendar import BusinessCalendar
from bot.conversation import Event, State, Turn, Utterance
from bot.handoff import Handoff
from bot.reception import Standing

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
    author: str = ""  # an expert's name
    author_id: str = ""
    quotes_seq: int = 0  # the number of the message that it answers; 0: none in particular


class Incoming(Struct, frozen=True):
    """What a connector received: which conversation, the sender's id for it, and the utterance."""

    conversation_id: str
    event_id: str
    utterance: Utterance


class Arrival(Struct, frozen=True):
    """An event of a messenger, whose user (`key`) may be new to us.

    `text` is what the user wrote, as it stands in the transcript (empty: no message of the user's);
    `external_id` is the channel's id of it; `reply_token` answers for free while it lives, from `delivered_at` on.
    """

    channel: str
    key: str
    event_id: str
    event: Event
    occurred_at: datetime.datetime
    delivered_at: datetime.datetime
    text: str = ""
    external_id: str = ""
    reply_token: str = ""
    quote_token: str = ""  # with which the message can be quoted


class Receipt(Struct, frozen=True):
    """The stored message, and whether it had been stored before (the same event id)."""

    message: Message
    duplicate: bool


class Work(Protocol):
    """The oldest unprocessed event of a conversation that nobody else is working on, inside a transaction.

    What its methods do takes effect when the context of `Conversations.take` ends well.
    """

    conversation_id: str
    event: Event
    received_at: datetime.datetime
    state: State
    handoff: Handoff | None  # the latest of the conversation

    def hand(self, handoff: Handoff, at: datetime.datetime) -> Standing:
        """Stores the changed handoff; returns where it stands then."""

    def relay(self, state: State, at: datetime.datetime) -> None:
        """Marks the event as passed on to the expert."""

    def complete(self, turn: Turn, at: datetime.datetime, leaves: bool = False) -> None:
        """Stores reply, state and delivery and marks the event done; `leaves`: the chat is left after it."""

    def finish(self, at: datetime.datetime) -> None:
        """Marks the event done without an answer."""

    def cancel_deliveries(self, at: datetime.datetime) -> None:
        """Takes back everything that was still to be delivered to this conversation."""

    def erase(self, external_id: str, words: str) -> None:
        """Replaces the text of a message everywhere by `words`; what was not answered yet will not be."""


class Conversations(Protocol):
    """Conversations, their messages and the utterances still to be answered."""

    def open(self, channel: str, token_hash: str, at: datetime.datetime) -> str:
        """Opens a conversation and returns its id."""

    def token_hash(self, conversation_id: str) -> str | None:
        """The hash of the token that may use the conversation; None where there is no such conversation."""

    def receive(self, incoming: Incoming, at: datetime.datetime) -> Receipt:
        """Writes an utterance down; once it returns, it survives a crash. Raises ConversationNotFoundError."""

    def arrive(self, arrivals: Sequence[Arrival], at: datetime.datetime) -> int:
        """Writes events of a messenger down, all or none, each once; returns how many were new."""

    def messages(self, conversation_id: str, after: int, limit: int = 500) -> tuple[Message, ...]:
        """The messages after number `after`, in order."""

    def upcoming(self, most: int) -> Sequence[str]:
        """Texts that `take` will bring next, in about that order, where others must wait while it lasts; none where they need not."""

    def take(self, most: int) -> AbstractContextManager[Sequence[Work]]:
        """Opens up to `most` works, each of another conversation, in one transaction; none if nothing waits.

        It commits when the context ends well.
        """


class Outbox(Protocol):
    """Deliveries that need nothing but a wake-up (web). They are written in the transaction of their turn."""

    def due(self, now: datetime.datetime, limit: int = 100) -> tuple["Delivery", ...]:
        """The oldest deliveries whose time has come."""

    def mark_sent(self, deliveries: tuple["Delivery", ...], at: datetime.datetime) -> None:
        """They reached their channel and are never sent again."""


class Delivery(Struct, frozen=True):
    """A message that has to reach its channel."""

    id: int
    conversation_id: str
    channel: str
    seq: int
    attempts: int


class Hours(Protocol):
    """The calendar as it is now."""

    def load(self) -> BusinessCalendar:
        """The present calendar; the operator may change it at any time."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime.datetime:
        """The present moment, aware, in UTC."""
