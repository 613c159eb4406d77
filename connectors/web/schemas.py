"""The JSON of the conversation API, as it comes in and goes out."""

import datetime
import json
from typing import Annotated, Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.ports import Message
from connectors.storage.visiting import Status

ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class Sent(BaseModel):
    """What a visitor says: a text, or the action of something tapped."""

    model_config = ConfigDict(extra="forbid")

    client_id: ClientId
    text: str | None = None
    action: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.action is None):
            raise ValueError("either text or action")
        return self


class Question(BaseModel):
    """One stateless question."""

    model_config = ConfigDict(extra="forbid")

    text: str


class Opened(BaseModel):
    """A new conversation and the token that alone may use it."""

    id: str
    token: str


class MessageOut(BaseModel):
    """A numbered message; `parts` is how to lay it out (bot/replies.py)."""

    seq: int
    role: str
    text: str
    client_id: str | None
    at: str
    action: str | None
    author: str | None = None
    quotes_seq: int | None = None
    parts: list[dict[str, Any]]

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        """The message as it goes out."""
        return cls(
            seq=message.seq,
            role=message.role,
            text=message.text,
            client_id=message.client_id or None,
            at=message.at.isoformat().replace("+00:00", "Z"),
            action=message.action or None,
            author=message.author or None,
            quotes_seq=message.quotes_seq or None,
            parts=json.loads(message.parts),
        )


class Receipt(BaseModel):
    """The code with which a user comes back."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(min_length=1, max_length=32)]


class EmailAddress(BaseModel):
    """Where the visitor wants the answer mailed, as it was typed."""

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, StringConstraints(max_length=1000)]


class Read(BaseModel):
    """Up to which message the visitor has read."""

    model_config = ConfigDict(extra="forbid")

    seq: Annotated[int, Field(ge=0)]


class ExpertOut(BaseModel):
    """The expert whom the user talks with."""

    display_name: str
    qualification: str


class StatusOut(BaseModel):
    """Whose the conversation is, and what its user may expect."""

    owner: str
    position: int | None
    estimate_minutes: int | None
    expert: ExpertOut | None
    typing: bool
    receipt: str
    promised_for: datetime.date | None
    open: bool
    opens_at: datetime.datetime | None
    may_rate: bool
    email: str
    may_leave_email: bool

    @classmethod
    def of(cls, status: Status) -> "StatusOut":
        """The status as it goes out."""
        return cls.model_validate(msgspec.to_builtins(status))


class Stored(BaseModel):
    """The visitor's message as it was stored."""

    message: MessageOut


class Messages(BaseModel):
    """Messages after a number, and the last number there is among them."""

    messages: list[MessageOut] = Field(default_factory=list)
    last_seq: int
    status: StatusOut | None = None


class Suggestion(BaseModel):
    """A question that an unfinished text may become."""

    entry_id: str
    question: str


class Suggestions(BaseModel):
    """Questions while typing, likeliest first."""

    suggestions: list[Suggestion]


class HoursOut(BaseModel):
    """When people are there; `text` names the regular hours, `closes_at` the end of the day."""

    open: bool
    text: str
    opens_at: datetime.datetime | None
    closes_at: datetime.datetime | None
    last_call: bool


class TextsOut(BaseModel):
    """The sentences of the page by key."""

    texts: dict[str, str]
