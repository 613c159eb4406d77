"""The part of a conversation that belongs to people: its states, and the only moves between them. Pure.

offered → queued → assigned → active → closed → rated; out of hours offered → promised → queued when it opens.
"""

import datetime
from typing import Literal

import msgspec
from msgspec import Struct

Status = Literal["offered", "queued", "promised", "assigned", "active", "closed", "rated", "expired", "cancelled"]
Reason = Literal[
    "asked", "misses",  # why a person was offered
    "confirmed", "declined", "unanswered",  # what the user made of the offer
    "assigned", "claimed", "accepted",  # how an expert came to it
    "transferred", "taken_over", "expert_gone", "not_taken_up",  # how it went on
    "opened", "day_ended",  # the calendar
    "user_left", "user_ended", "expert_closed", "idle", "rated",  # how it ended
]  # fmt: skip
Owner = Literal["bot", "queue", "promise", "expert"]
ActorKind = Literal["user", "bot", "system", "expert"]
Contact = Literal["line", "code", "email"]

OPEN: frozenset[Status] = frozenset({"offered", "queued", "promised", "assigned", "active"})
WITH_EXPERT: frozenset[Status] = frozenset({"assigned", "active"})
NORMAL, PROMISED, IN_FRONT = 0, 1, 2  # priorities in the queue
BEST_RATING = 5

# From, to: for which reasons, by whom.
_Rule = tuple[frozenset[Reason], frozenset[ActorKind]]


def _rule(reasons: tuple[Reason, ...], *actors: ActorKind) -> _Rule:
    return frozenset(reasons), frozenset(actors)


MOVES: dict[tuple[Status | None, Status], _Rule] = {
    (None, "offered"): _rule(("asked", "misses"), "user", "bot"),
    ("offered", "queued"): _rule(("confirmed",), "user"),
    ("offered", "promised"): _rule(("confirmed",), "user"),
    ("offered", "cancelled"): _rule(("declined",), "user"),
    ("offered", "expired"): _rule(("unanswered",), "system"),
    ("queued", "assigned"): _rule(("assigned", "claimed"), "system", "expert"),
    ("queued", "promised"): _rule(("day_ended",), "system"),
    ("queued", "cancelled"): _rule(("user_left",), "user"),
    ("promised", "queued"): _rule(("opened",), "system"),
    ("promised", "cancelled"): _rule(("user_left",), "user"),
    ("assigned", "active"): _rule(("accepted",), "expert"),
    ("assigned", "assigned"): _rule(("transferred", "taken_over"), "expert"),
    ("assigned", "queued"): _rule(("expert_gone", "not_taken_up", "transferred"), "system", "expert"),
    ("assigned", "closed"): _rule(("user_ended", "expert_closed"), "user", "expert"),
    ("active", "assigned"): _rule(("transferred", "taken_over"), "expert"),
    ("active", "queued"): _rule(("expert_gone", "transferred"), "system", "expert"),
    ("active", "closed"): _rule(("user_ended", "expert_closed", "idle"), "user", "expert", "system"),
    ("closed", "rated"): _rule(("rated",), "user"),
}


class ImpossibleMoveError(Exception):
    """A move that the rules do not know, e.g. because somebody else was faster."""


class Actor(Struct, frozen=True):
    """Who made a move; `id` is the expert's, empty for all others."""

    kind: ActorKind
    id: str = ""


USER, BOT, SYSTEM = Actor("user"), Actor("bot"), Actor("system")


class Move(Struct, frozen=True):
    """One step of a handoff, as it is kept for ever."""

    before: Status | None
    after: Status
    reason: Reason
    actor: Actor
    at: datetime.datetime
    note: str = ""


class Handoff(Struct, frozen=True, kw_only=True):
    """A handoff as it stands. Moments are aware; `id` is empty until it is stored.

    `receipt` is the code with which the user comes back; `joined_at` is since when they have waited, whatever happened
    since, `queued_at` since when in the queue of this day; `promised_for` is the day on which a promise enters the
    queue, `due_on` the last day on which it is kept; `priority` one of NORMAL, PROMISED, IN_FRONT; `expert` the id of
    who has it, or had it at the end.
    """

    id: str = ""
    status: Status
    reason: Reason
    channel: str
    speciality: str
    question: str
    receipt: str
    opened_at: datetime.datetime
    joined_at: datetime.datetime | None = None
    queued_at: datetime.datetime | None = None
    priority: int = NORMAL
    expert: str = ""
    assigned_at: datetime.datetime | None = None
    active_at: datetime.datetime | None = None
    answered_at: datetime.datetime | None = None  # the expert's first message, since the promise where one was made
    closed_at: datetime.datetime | None = None
    contact: Contact = "code"
    email: str = ""  # with the contact "email": where the answer is mailed
    promised_for: datetime.date | None = None
    due_on: datetime.date | None = None
    category: str = ""
    for_knowledge: bool = False
    rating: int = 0
    comment: str = ""
    moves: tuple[Move, ...] = ()  # those made since it was loaded

    @property
    def is_open(self) -> bool:
        """Whether it is still under way."""
        return self.status in OPEN

    @property
    def has_met(self) -> bool:
        """Whether an expert has come to the user."""
        return self.active_at is not None or self.answered_at is not None

    @property
    def owner(self) -> Owner:
        """Who the conversation belongs to while this is its latest handoff."""
        match self.status:
            case "queued":
                return "queue"
            case "promised":
                return "promise"
            case "assigned" | "active":
                return "expert"
        return "bot"


def offered(
    *, reason: Reason, channel: str, speciality: str, question: str, receipt: str, actor: Actor, at: datetime.datetime
) -> Handoff:
    """A handoff at its beginning: a person was asked for or offered.

    Raises:
        ImpossibleMoveError: `reason` or `actor` do not begin one.
    """
    _check(None, "offered", reason, actor)
    move = Move(None, "offered", reason, actor, at)
    return Handoff(
        status="offered",
        reason=reason,
        channel=channel,
        speciality=speciality,
        question=question,
        receipt=receipt,
        opened_at=at,
        moves=(move,),
    )


def moved(
    handoff: Handoff, after: Status, reason: Reason, actor: Actor, at: datetime.datetime, **changes: object
) -> Handoff:
    """`handoff` after a move; `changes` are other fields that change with it, `note` stands in the record of moves.

    Raises:
        ImpossibleMoveError: The rules know no such move.
    """
    _check(handoff.status, after, reason, actor)
    note = str(changes.pop("note", ""))
    move = Move(handoff.status, after, reason, actor, at, note)
    stamps = _stamps(handoff, after, at) | changes
    return msgspec.structs.replace(handoff, status=after, moves=(*handoff.moves, move), **stamps)


def _check(before: Status | None, after: Status, reason: Reason, actor: Actor) -> None:
    reasons, actors = MOVES.get((before, after), (frozenset(), frozenset()))
    if reason not in reasons or actor.kind not in actors:
        raise ImpossibleMoveError(f"{before} → {after}, because {reason}, by {actor.kind}")


def _stamps(handoff: Handoff, after: Status, at: datetime.datetime) -> dict[str, object]:
    """What every move into a state changes."""
    joined = handoff.joined_at or at
    match after:
        case "queued":
            return {"joined_at": joined, "queued_at": at, "expert": "", "assigned_at": None, "active_at": None}
        case "promised":
            return {"joined_at": joined, "queued_at": None, "answered_at": None}
        case "assigned":
            return {"assigned_at": at, "active_at": None}
        case "active":
            return {"active_at": at}
        case "closed" | "cancelled" | "expired":
            return {"closed_at": at}
    return {}
