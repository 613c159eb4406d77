"""What LINE knows about one official account: friends, tokens, what was sent, the quota. Safe between threads."""

import datetime
import threading
import uuid
import zoneinfo
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from tests.line_api.faults import MONTHLY_LIMIT
from tests.line_api.http import LineError

TOKEN_LIFETIME = datetime.timedelta(minutes=1)  # LINE reference, "Reply token"
REDELIVERY_LIMIT = datetime.timedelta(minutes=20)  # from the event; the same place
RETRY_KEY_LIFETIME = datetime.timedelta(hours=24)  # LINE docs, "Retry failed API requests"
_TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")

Json = Mapping[str, Any]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime.datetime:
        """The present moment, aware."""


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Messages that a chat received by one call. `event_id` is known for replies; `marker` names the answer."""

    to: str
    messages: tuple[Json, ...]
    via: Literal["reply", "push"]
    at: datetime.datetime
    request_id: str
    marker: str
    event_id: str = ""
    retry_key: str = ""


@dataclass(slots=True)
class Friend:
    """A user. A blocked account still gets 200 for a push, but nothing arrives."""

    name: str = "相談 太郎"
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A reply token: for which chat and event, when the event occurred and when its webhook was last delivered."""

    chat: str
    event_id: str
    event_at: datetime.datetime
    delivered_at: datetime.datetime
    used: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A push that was accepted under a retry key."""

    at: datetime.datetime
    request_id: str
    sent: list[dict[str, str]]
    body: bytes


@dataclass
class Menu:
    """A rich menu and its image."""

    content: Json
    image: bytes = b""
    image_type: str = ""


@dataclass
class Content:
    """What a user sent beside text. `processing` answers 202, `gone` (unsent) 410."""

    body: bytes
    content_type: str = "image/jpeg"
    state: Literal["ready", "processing", "gone"] = "ready"


def first_words(messages: Sequence[Json]) -> str:
    """The marker of an answer unless told otherwise: its first text or altText."""
    return str(messages[0].get("text") or messages[0].get("altText") or "")


@dataclass
class Account:
    """The official account. `lock` is held while a request is handled and while a test looks."""

    access_token: str = "T"
    channel_secret: str = "8c570fa6dd201bb328f1c1eac23a96d8"
    user_id: str = "U8e742f61d673b39c7fff3cecb7536ef0"
    clock: Clock = field(default_factory=RealClock)
    quota: int | None = None
    marker: Callable[[Sequence[Json]], str] = first_words
    chat_mode: str = "bot"
    webhook_url: str = ""
    webhook_active: bool = True
    friends: dict[str, Friend] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    tokens: dict[str, Token] = field(default_factory=dict)
    accepted: dict[str, Accepted] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    undelivered: list[Delivery] = field(default_factory=list)
    counted: Counter[tuple[int, int]] = field(default_factory=Counter)
    menus: dict[str, Menu] = field(default_factory=dict)
    default_menu: str = ""
    contents: dict[str, Content] = field(default_factory=dict)
    loading: list[tuple[str, int]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    # Tokens

    def issue_token(self, chat: str, event_id: str = "", event_at: datetime.datetime | None = None) -> str:
        """A reply token for an event whose webhook is delivered now. The chat becomes known to the account."""
        now = self.clock.now()
        with self.lock:
            token = uuid.uuid4().hex
            self.tokens[token] = Token(chat, event_id, event_at or now, now)
            self.meet(chat)
        return token

    def redeliver_token(self, token: str) -> None:
        """The webhook with this token is delivered again now."""
        with self.lock:
            self.tokens[token] = replace(self.tokens[token], delivered_at=self.clock.now())

    def use_token(self, token: str) -> Token:
        """The chat and event behind a token that may be used now, which it then no longer may."""
        found, now = self.tokens.get(token), self.clock.now()
        if (
            found is None
            or found.used
            or now - found.delivered_at > TOKEN_LIFETIME
            or (found.delivered_at > found.event_at and now - found.event_at > REDELIVERY_LIMIT)
        ):
            raise LineError(400, "Invalid reply token")
        self.tokens[token] = replace(found, used=True)
        return found

    # People and chats

    def meet(self, chat: str) -> None:
        """Makes a user, group or room known."""
        with self.lock:
            if chat.startswith("U"):
                self.friends.setdefault(chat, Friend())
            else:
                self.groups.add(chat)

    def block(self, user_id: str, *, blocked: bool = True) -> None:
        """The user blocks the account, or no longer does."""
        with self.lock:
            self.friends.setdefault(user_id, Friend()).blocked = blocked

    def knows(self, chat: str) -> bool:
        """Whether something can be pushed to a chat."""
        return chat in self.friends or chat in self.groups

    # Sending

    def used_this_month(self) -> int:
        """Pushed messages counted in the present month of Tokyo; replies are free."""
        with self.lock:
            return self.counted[self._month()]

    def count_push(self, chat: str) -> None:
        """Counts one recipient against the quota."""
        if self.quota is not None and self.counted[self._month()] >= self.quota:
            raise LineError(429, MONTHLY_LIMIT)
        if not self._is_deaf(chat):
            self.counted[self._month()] += 1

    def deliver(self, delivery: Delivery) -> list[dict[str, str]]:
        """Puts messages into a chat; returns what LINE says of them."""
        (self.undelivered if self._is_deaf(delivery.to) else self.deliveries).append(delivery)
        return [{"id": str(uuid.uuid4().int)[:18], "quoteToken": uuid.uuid4().hex} for _ in delivery.messages]

    def delivered(self, chat: str) -> tuple[Delivery, ...]:
        """What a chat received, in order."""
        with self.lock:
            return tuple(delivery for delivery in self.deliveries if delivery.to == chat)

    def markers(self, chat: str = "") -> Counter[str]:
        """How often each answer was received, by its marker, in one chat or in all; every count should be 1."""
        with self.lock:
            return Counter(delivery.marker for delivery in self.deliveries if chat in {"", delivery.to})

    def _is_deaf(self, chat: str) -> bool:
        return chat in self.friends and self.friends[chat].blocked

    def _month(self) -> tuple[int, int]:
        now = self.clock.now().astimezone(_TOKYO)
        return now.year, now.month
