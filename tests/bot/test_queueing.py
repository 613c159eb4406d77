"""Who is next, who takes it, and what the waiting are told: for any queue and any experts, and by example."""

import datetime
import itertools
import random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.handoff import IN_FRONT, NORMAL, PROMISED, Handoff
from bot.queueing import Duty, estimate_minutes, in_order, next_assignment
from bot.specialities import GENERAL

NOW = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
FIELDS = ("zeimu", "homu", "shokei", GENERAL)

moments = st.integers(0, 500).map(lambda minutes: NOW - datetime.timedelta(minutes=minutes))


def waiting(number: int, speciality: str = GENERAL, minutes: int = 0, priority: int = NORMAL) -> Handoff:
    """Somebody who has waited for some minutes."""
    since = NOW - datetime.timedelta(minutes=minutes)
    return Handoff(
        id=str(number),
        status="queued",
        reason="asked",
        channel="web",
        speciality=speciality,
        question="相談",
        receipt=f"R{number}",
        opened_at=since,
        joined_at=since,
        queued_at=NOW,
        priority=priority,
    )


def on_duty(name: str, *fields: str, load: int = 0, idle: int = 0, **changes: object) -> Duty:
    """An expert who is there and takes three."""
    duty = Duty(
        id=name,
        specialities=frozenset(fields),
        is_present=True,
        is_away=False,
        load=load,
        capacity=3,
        idle_since=NOW - datetime.timedelta(minutes=idle),
    )
    return structs.replace(duty, **changes)


@st.composite
def queues(draw: st.DrawFn) -> list[Handoff]:
    numbers = draw(st.lists(st.integers(1, 200), unique=True, max_size=15))
    return [
        waiting(
            number,
            draw(st.sampled_from(FIELDS)),
            draw(st.integers(0, 30)),
            draw(st.sampled_from([NORMAL, PROMISED, IN_FRONT])),
        )
        for number in numbers
    ]


@st.composite
def teams(draw: st.DrawFn) -> list[Duty]:
    return [
        Duty(
            id=f"expert-{number}",
            specialities=frozenset(draw(st.sets(st.sampled_from(FIELDS), max_size=3))),
            is_present=draw(st.booleans()),
            is_away=draw(st.booleans()),
            load=draw(st.integers(0, 4)),
            capacity=draw(st.integers(1, 3)),
            idle_since=draw(moments),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def knows(expert: Duty, handoff: Handoff) -> bool:
    known = expert.specialities
    return not known or handoff.speciality == GENERAL or GENERAL in known or handoff.speciality in known


# Any queue, any experts


@given(queues(), teams())
def test_everybody_is_given_out_until_nobody_who_may_has_room(queue: list[Handoff], team: list[Duty]) -> None:
    experts = {expert.id: expert for expert in team}
    while found := next_assignment(in_order(queue), list(experts.values())):
        handoff, expert = found
        _check(handoff, expert, queue, list(experts.values()))
        queue = [one for one in queue if one.id != handoff.id]
        experts[expert.id] = structs.replace(expert, load=expert.load + 1, idle_since=NOW)

    free = [expert for expert in experts.values() if expert.is_present and not expert.is_away]
    for handoff in queue:
        suited = [expert for expert in free if knows(expert, handoff)] or free
        assert all(expert.load >= expert.capacity for expert in suited)


def _check(handoff: Handoff, expert: Duty, queue: list[Handoff], team: list[Duty]) -> None:
    assert expert.is_present
    assert not expert.is_away
    assert expert.load < expert.capacity
    free = [one for one in team if one.is_present and not one.is_away]
    if any(knows(one, handoff) for one in free):
        assert knows(expert, handoff)
    # Whoever is before them in the queue can be taken by nobody now.
    for earlier in in_order(queue):
        if earlier.id == handoff.id:
            break
        assert next_assignment([earlier], team) is None


@given(queues(), st.randoms())
def test_the_order_is_the_same_however_the_queue_is_read(queue: list[Handoff], chance: random.Random) -> None:
    shuffled = list(queue)
    chance.shuffle(shuffled)

    ordered = in_order(queue)

    assert ordered == in_order(shuffled)
    for first, second in itertools.pairwise(ordered):
        assert (-first.priority, first.joined_at, int(first.id)) < (-second.priority, second.joined_at, int(second.id))


@given(teams(), st.integers(1, 100), st.floats(1, 60))
def test_an_estimate_never_shrinks_towards_the_end_of_the_queue(team: list[Duty], place: int, usual: float) -> None:
    here, behind = (estimate_minutes(number, team, usual) for number in (place, place + 1))

    if any(expert.is_present and not expert.is_away for expert in team):
        assert here is not None
        assert behind is not None
        assert 1 <= here <= behind
    else:
        assert here is behind is None


# By example


def test_those_in_front_come_first_then_promises_then_who_waits_the_longest() -> None:
    queue = [
        waiting(9, minutes=5),
        waiting(10, minutes=5),
        waiting(2, minutes=90),
        waiting(3, minutes=600, priority=PROMISED),
        waiting(4, minutes=900, priority=PROMISED),
        waiting(5, minutes=1, priority=IN_FRONT),
    ]

    assert [one.id for one in in_order(queue)] == ["5", "4", "3", "2", "9", "10"]


def test_who_knows_the_field_comes_first() -> None:
    tax, law, all_round = on_duty("tax", "zeimu", load=2), on_duty("law", "homu"), on_duty("all")

    found = next_assignment([waiting(1, "zeimu")], [all_round, law, tax])

    assert found
    assert found[1].id == "tax"


def test_who_knows_everything_comes_before_who_knows_something_else() -> None:
    found = next_assignment([waiting(1, "zeimu")], [on_duty("law", "homu"), on_duty("all", load=2)])

    assert found
    assert found[1].id == "all"


def test_where_nobody_on_duty_knows_the_field_anybody_takes_it() -> None:
    away = on_duty("tax", "zeimu", is_away=True)

    found = next_assignment([waiting(1, "zeimu")], [away, on_duty("law", "homu")])

    assert found
    assert found[1].id == "law"


def test_who_waits_for_a_busy_field_holds_nobody_up() -> None:
    busy, law = on_duty("tax", "zeimu", load=3), on_duty("law", "homu")

    found = next_assignment([waiting(1, "zeimu", minutes=30), waiting(2, "homu")], [busy, law])

    assert found
    assert (found[0].id, found[1].id) == ("2", "law")


def test_of_equals_the_least_loaded_comes_first_then_the_one_idle_the_longest() -> None:
    team = [on_duty("a", load=1, idle=90), on_duty("b", idle=5), on_duty("c", idle=20)]

    found = next_assignment([waiting(1)], team)

    assert found
    assert found[1].id == "c"


def test_nobody_is_found_for_an_empty_queue_or_by_nobody() -> None:
    assert next_assignment([], [on_duty("a")]) is None
    assert next_assignment([waiting(1)], []) is None
    assert next_assignment([waiting(1)], [on_duty("a", is_present=False), on_duty("b", load=3)]) is None


def test_an_estimate_counts_the_rounds_until_one_is_free() -> None:
    team = [on_duty("a", load=2), on_duty("b", load=3)]

    assert [estimate_minutes(place, team) for place in (1, 2, 7, 8)] == [1, 15, 15, 30]
    assert estimate_minutes(1, [on_duty("a", is_away=True)]) is None
