"""Who is next, and who takes it. Pure: the same queue and experts give the same assignment."""

import datetime
import math
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from bot.handoff import Handoff
from bot.specialities import GENERAL

USUAL_MINUTES = 15.0  # of a consultation, while none has been measured


class Waiting(Protocol):
    """Somebody in the queue, with the field of their question."""

    @property
    def speciality(self) -> str:
        """The field that the question is about."""
        ...


One = TypeVar("One", bound=Waiting)


class Duty(Struct, frozen=True):
    """An expert as the queue sees them. `is_present` is false for who is not seen; `load` counts open chats."""

    id: str
    specialities: frozenset[str]
    is_present: bool
    is_away: bool
    load: int
    capacity: int
    idle_since: datetime.datetime

    @property
    def is_free(self) -> bool:
        """Whether they take chats at all. Their own "away" always wins."""
        return self.is_present and not self.is_away

    @property
    def has_room(self) -> bool:
        """Whether another chat may be given to them."""
        return self.is_free and self.load < self.capacity


def in_order(waiting: Iterable[Handoff]) -> list[Handoff]:
    """The queue, or the promises of a day: those in front, then promises, then the others; the longest waiting first."""
    return sorted(waiting, key=lambda one: (-one.priority, one.joined_at or one.opened_at, int(one.id)))


def next_assignment(queue: Iterable[One], experts: Sequence[Duty]) -> tuple[One, Duty] | None:
    """The next of `queue`, which is in its order, that somebody can take, and who; None where nobody can take any.

    Who knows the field comes first; where nobody on duty knows it, anybody may. Then the least loaded, then who has
    been without a new chat the longest.
    """
    on_duty = [expert for expert in experts if expert.is_free]
    if not any(expert.has_room for expert in on_duty):
        return None
    for one in queue:
        knowing = [expert for expert in on_duty if _knows(expert, one.speciality)]
        if free := [expert for expert in (knowing or on_duty) if expert.has_room]:
            return one, min(free, key=lambda expert: _preference(expert, one.speciality))
    return None


def estimate_minutes(place: int, experts: Sequence[Duty], usual: float = USUAL_MINUTES) -> int | None:
    """About how long who stands at `place` will wait, to 5 minutes; None while nobody is on duty."""
    on_duty = [expert for expert in experts if expert.is_free]
    if not on_duty:
        return None
    room = sum(max(expert.capacity - expert.load, 0) for expert in on_duty)
    if place <= room:
        return 1
    rounds = math.ceil((place - room) / max(sum(expert.capacity for expert in on_duty), 1))
    return max(5, 5 * round(rounds * usual / 5))


def _knows(expert: Duty, speciality: str) -> bool:
    return not expert.specialities or speciality == GENERAL or bool(expert.specialities & {speciality, GENERAL})


def _preference(expert: Duty, speciality: str) -> tuple[bool, float, datetime.datetime, str]:
    return speciality not in expert.specialities, expert.load / expert.capacity, expert.idle_since, expert.id
