"""The states of a handoff: whatever is tried in whatever order, only what the rules know happens, and is recorded."""

import datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff import (
    IN_FRONT,
    MOVES,
    OPEN,
    PROMISED,
    SYSTEM,
    USER,
    WITH_EXPERT,
    Actor,
    ActorKind,
    Handoff,
    ImpossibleMoveError,
    Owner,
    Reason,
    Status,
    moved,
    offered,
)

NOW = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
STATUSES: tuple[Status, ...] = get_args(Status)
REASONS: tuple[Reason, ...] = get_args(Reason)
OWNERS: dict[Status, Owner] = {
    "offered": "bot",
    "queued": "queue",
    "promised": "promise",
    "assigned": "expert",
    "active": "expert",
    "closed": "bot",
    "rated": "bot",
    "expired": "bot",
    "cancelled": "bot",
}
YAMADA = Actor("expert", "yamada")

actors = st.sampled_from(
    [Actor(kind, "yamada" if kind == "expert" else "") for kind in get_args(ActorKind)],
)
# Any step at all, and those that the rules know, so that long lives are tried as well as nonsense.
anything = st.tuples(st.sampled_from(STATUSES), st.sampled_from(REASONS), actors)
known = st.sampled_from(
    [
        (after, reason, Actor(kind, "yamada" if kind == "expert" else ""))
        for (before, after), (reasons, kinds) in MOVES.items()
        if before is not None
        for reason in sorted(reasons)
        for kind in sorted(kinds)
    ]
)
lives = st.lists(st.one_of(anything, known), max_size=40)


def a_handoff() -> Handoff:
    return offered(
        reason="asked",
        channel="web",
        speciality="zeimu",
        question="税金の相談",
        receipt="ABCD2345",
        actor=USER,
        at=NOW,
    )


def active(at: datetime.datetime = NOW) -> Handoff:
    queued = moved(a_handoff(), "queued", "confirmed", USER, at)
    return moved(
        moved(queued, "assigned", "claimed", YAMADA, at, expert="yamada"), "active", "accepted", YAMADA, at + MINUTE
    )


# Any life


@given(lives)
def test_any_sequence_of_moves_is_refused_or_keeps_what_always_holds(
    life: list[tuple[Status, Reason, Actor]],
) -> None:
    handoff, at = a_handoff(), NOW
    for after, reason, actor in life:
        at += MINUTE
        before = handoff
        try:
            handoff = moved(handoff, after, reason, actor, at)
        except ImpossibleMoveError:
            assert (before.status, after) not in MOVES or (
                reason not in MOVES[before.status, after][0] or actor.kind not in MOVES[before.status, after][1]
            )
            continue
        _check(before, handoff, at)

    ends = [move.after for move in handoff.moves]
    assert [move.before for move in handoff.moves] == [None, *ends[:-1]]
    assert handoff.status == ends[-1]


def _check(before: Handoff, after: Handoff, at: datetime.datetime) -> None:
    move = after.moves[-1]
    assert after.moves[:-1] == before.moves
    assert (move.before, move.after, move.at) == (before.status, after.status, at)
    assert move.reason in REASONS
    assert move.actor.kind in get_args(ActorKind)

    assert before.is_open or (before.status, after.status) == ("closed", "rated")
    assert after.owner == OWNERS[after.status]
    assert after.is_open == (after.status in OPEN) == (after.closed_at is None)
    assert (after.owner == "expert") == (after.status in WITH_EXPERT)
    assert (after.joined_at is None) == (not {"queued", "promised"} & {one.after for one in after.moves})
    assert before.joined_at in {None, after.joined_at}
    moments = (after.opened_at, after.joined_at, after.queued_at, after.assigned_at, after.active_at, after.closed_at)
    assert all(moment is None or NOW <= moment <= at for moment in moments)
    assert (after.active_at is not None) <= (after.assigned_at is not None)
    if after.owner in {"queue", "promise"}:
        assert (after.expert, after.assigned_at, after.active_at) == ("", None, None)
        assert (after.queued_at is None) == (after.owner == "promise")


def test_every_status_and_reason_is_used_by_some_move() -> None:
    assert {status for pair in MOVES for status in pair if status} == set(STATUSES)
    assert {reason for reasons, _ in MOVES.values() for reason in reasons} == set(REASONS)
    assert {kind for _, kinds in MOVES.values() for kind in kinds} == set(get_args(ActorKind))


def test_every_state_but_the_last_ones_can_be_left_and_every_open_one_ends() -> None:
    left = {before for before, _ in MOVES}

    assert set(STATUSES) - left == {"rated", "expired", "cancelled"}
    assert set(STATUSES) >= OPEN
    for status in OPEN:
        assert _leads_out(status, frozenset()), status


def _leads_out(status: Status, seen: frozenset[Status]) -> bool:
    following = {after for before, after in MOVES if before == status} - seen
    return any(after not in OPEN or _leads_out(after, seen | {after}) for after in following)


def test_nothing_is_closed_twice_and_a_rating_is_given_once() -> None:
    closed = moved(active(), "closed", "expert_closed", YAMADA, NOW)
    rated = moved(closed, "rated", "rated", USER, NOW, rating=5)

    for status in STATUSES:
        for reason in REASONS:
            for actor in (USER, SYSTEM, YAMADA):
                with pytest.raises(ImpossibleMoveError):
                    moved(rated, status, reason, actor, NOW)
                if status != "rated":
                    with pytest.raises(ImpossibleMoveError):
                        moved(closed, status, reason, actor, NOW)
    assert (rated.status, rated.rating, rated.closed_at) == ("rated", 5, closed.closed_at)


# Some lives


def test_a_beginning_needs_its_own_reason_and_actor() -> None:
    with pytest.raises(ImpossibleMoveError, match="confirmed"):
        offered(reason="confirmed", channel="web", speciality="", question="", receipt="ABCD2345", actor=USER, at=NOW)


@pytest.mark.parametrize(
    ("reason", "actor"),
    [("claimed", USER), ("accepted", YAMADA), ("assigned", Actor("bot"))],
)
def test_only_who_may_makes_a_move(reason: Reason, actor: Actor) -> None:
    queued = moved(a_handoff(), "queued", "confirmed", USER, NOW)

    with pytest.raises(ImpossibleMoveError):
        moved(queued, "assigned", reason, actor, NOW)


def test_a_move_leaves_the_handoff_as_it_was_and_keeps_its_note() -> None:
    before = active()

    passed = moved(before, "assigned", "transferred", YAMADA, NOW, expert="sato", note="承継に詳しいため")

    assert (before.expert, passed.expert) == ("yamada", "sato")
    assert passed.moves[-1].note == "承継に詳しいため"
    assert (passed.active_at, passed.assigned_at) == (None, NOW)


def test_who_is_put_back_has_waited_since_the_first_time() -> None:
    before = active()
    later = NOW + 20 * MINUTE

    queued = moved(before, "queued", "expert_gone", SYSTEM, later, priority=IN_FRONT)

    assert (queued.joined_at, queued.queued_at) == (NOW, later)
    assert (queued.expert, queued.assigned_at, queued.active_at) == ("", None, None)


def test_a_promise_has_waited_since_it_was_made() -> None:
    promised = moved(a_handoff(), "promised", "confirmed", USER, NOW, priority=PROMISED)
    opened = moved(promised, "queued", "opened", SYSTEM, NOW + 60 * MINUTE)

    assert (promised.owner, promised.joined_at, promised.queued_at) == ("promise", NOW, None)
    assert (opened.joined_at, opened.queued_at, opened.priority) == (NOW, NOW + 60 * MINUTE, PROMISED)


def test_who_closed_a_talk_still_stands_in_it() -> None:
    assert moved(active(), "closed", "user_ended", USER, NOW).expert == "yamada"
