"""How a message gets to LINE exactly once: the states of a delivery and the moves between them. Pure.

new → replying → sent | assumed | pushing → sent | held | dead

A reply is free but can be neither repeated safely nor asked about. Once an attempt with the token was ambiguous (no
answer, 5xx, we died) and LINE calls the token invalid while it should live, that attempt used it up: the message
arrived ("assumed"). Where the token is too old to tell, sending again could say it twice and keeping silent could lose
it: a push then says that the answer may not have arrived and asks to write again. A push carries a retry key that is stored before the first attempt; 409 means that it had arrived already.
E-mail (connectors.mail) takes the same way, always as a push; its key is the mail's Message-ID, and no server heeds it.
Source: LINE docs, "Retry failed API requests", "Send reply message"; `docs/architecture.md`.
"""

import datetime
import enum
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

TOKEN_USED_WITHIN = datetime.timedelta(seconds=50)  # of the minute that LINE gives
RETRY_KEY_LIFETIME = datetime.timedelta(hours=24)  # after it the same key would send again
GIVE_UP_AFTER = RETRY_KEY_LIFETIME - datetime.timedelta(hours=1)
LONGEST_PAUSE = 300.0  # seconds between attempts
LEASE = datetime.timedelta(seconds=15)  # longer than a call may take, shorter than a reply token lives
LOW_PRIORITY = frozenset({"idle_warning"})  # actions of messages that are not worth a push once these run short
HELD_FOR = datetime.timedelta(hours=1)  # before it is looked at again whether there are pushes left


class Status(enum.StrEnum):
    """Where a delivery stands."""

    NEW = "new"
    REPLYING = "replying"
    PUSHING = "pushing"
    HELD = "held"  # the monthly limit is reached: waits for the next reply token of the chat
    SENT = "sent"
    ASSUMED = "assumed"  # probably arrived; sending again could say it twice
    DEAD = "dead"
    CANCELLED = "cancelled"


class Answer(enum.Enum):
    """What LINE's answer to a call means."""

    ACCEPTED = enum.auto()
    AMBIGUOUS = enum.auto()  # no answer, or 5xx: it may have been accepted
    RATE_LIMITED = enum.auto()
    MONTHLY_LIMIT = enum.auto()
    INVALID_TOKEN = enum.auto()
    REFUSED = enum.auto()  # permanent: the request itself is wrong
    UNAUTHORIZED = enum.auto()  # nothing can be sent until an operator mends the access token


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that somebody is about to attempt, as it was stored before the attempt."""

    id: int
    to: str
    status: Status
    attempts: int  # this one included
    is_ambiguous: bool  # an earlier attempt with the same token may have been accepted
    reply_token: str
    retry_key: str
    payload: str  # the messages as JSON
    leaves: bool
    first_attempt_at: datetime.datetime
    token_lives: bool = False  # surely, at the time of the claim
    riders: tuple[tuple[int, str], ...] = ()  # held deliveries (id, payload) that go along with this reply

    @classmethod
    def of(
        cls,
        row: Any,
        now: datetime.datetime,
        render: Callable[[str], str],
        *,
        riders: tuple[tuple[int, str], ...] = (),
        saves_pushes: bool = False,
    ) -> Self:
        """Decides the next step of an outbox row: reply while the token lives, else push.

        Where pushes are to be saved, what matters little waits (HELD) for the next reply token of its chat.
        `render` makes its messages where there are none yet. `riders` are what the monthly limit held back in the same chat: they go along for free with a reply.
        """
        status = Status(row.status)
        lives = bool(row.reply_token) and row.token_from is not None and now - row.token_from < TOKEN_USED_WITHIN
        if status in {Status.NEW, Status.HELD}:
            status = Status.REPLYING if lives else Status.PUSHING
        if status is Status.PUSHING and saves_pushes and row.action in LOW_PRIORITY:
            status = Status.HELD
        return cls(
            id=row.id,
            to=row.channel_key,
            status=status,
            attempts=row.attempts + (status is not Status.HELD),
            is_ambiguous=row.status == Status.REPLYING,
            reply_token=row.reply_token,
            retry_key=row.retry_key or str(uuid.uuid4()),
            payload=row.payload or render(row.parts),
            leaves=row.leaves,
            first_attempt_at=row.first_attempt_at or now,
            token_lives=lives,
            riders=riders if status is Status.REPLYING else (),
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt. `is_unsure`: nobody knows whether the answer arrived, and the user is to be told.

    `payload` takes the place of the messages where it is not empty.
    """

    id: int
    status: Status
    next_attempt_at: datetime.datetime | None
    error: str = ""
    is_unsure: bool = False
    payload: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.status in {Status.NEW, Status.REPLYING, Status.PUSHING, Status.HELD}


def settle(claim: Claim, answer: Answer, now: datetime.datetime, error: str = "") -> Settled:
    """The state after an attempt, and when to try again."""
    match answer:
        case Answer.ACCEPTED:
            return Settled(claim.id, Status.SENT, None)
        case Answer.INVALID_TOKEN if claim.is_ambiguous and claim.token_lives:
            return Settled(claim.id, Status.ASSUMED, None, error)
        case Answer.INVALID_TOKEN if claim.is_ambiguous:
            return Settled(claim.id, Status.PUSHING, now, error, is_unsure=True)
        case Answer.INVALID_TOKEN:
            return Settled(claim.id, Status.PUSHING, now, error)
        case Answer.REFUSED:
            return Settled(claim.id, Status.DEAD, None, error)
        case Answer.MONTHLY_LIMIT:
            return Settled(claim.id, Status.HELD, now + HELD_FOR, error)
        case Answer.UNAUTHORIZED:
            return Settled(claim.id, _not_accepted(claim), now + datetime.timedelta(minutes=1), error)
        case Answer.AMBIGUOUS | Answer.RATE_LIMITED if now - claim.first_attempt_at > GIVE_UP_AFTER:
            return Settled(claim.id, Status.DEAD, None, error)
        case Answer.AMBIGUOUS:
            return Settled(claim.id, claim.status, now + pause(claim.attempts), error)
        case Answer.RATE_LIMITED:
            return Settled(claim.id, _not_accepted(claim), now + pause(claim.attempts), error)


def _not_accepted(claim: Claim) -> Status:
    """The state after an attempt that LINE certainly did not accept: a first reply is as good as new."""
    untouched = claim.status is Status.REPLYING and not claim.is_ambiguous
    return Status.NEW if untouched else claim.status


def pause(attempts: int, jitter: float | None = None) -> datetime.timedelta:
    """Exponential backoff with full jitter (0.5 to 1 of 1, 2, 4 … 300 seconds)."""
    longest = min(2.0 ** min(attempts - 1, 16), LONGEST_PAUSE)
    share = random.random() if jitter is None else jitter  # noqa: S311 - spreads load, protects nothing
    return datetime.timedelta(seconds=longest * (0.5 + share / 2))
