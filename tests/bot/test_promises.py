"""What becomes of promises: kept, late, overdue, withdrawn."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.calendar import TOKYO
from bot.handoff import SYSTEM, USER, Actor, Handoff, moved, offered
from bot.promises import Outcome, outcome, overdue

MADE = datetime.datetime(2026, 11, 20, 20, 0, tzinfo=TOKYO)
PROMISED_FOR, DUE = datetime.date(2026, 11, 24), datetime.date(2026, 11, 26)
YAMADA = Actor("expert", "yamada")


def promised(due: datetime.date = DUE) -> Handoff:
    asked = offered(
        reason="asked", channel="web", speciality="", question="相談", receipt="ABCD2345", actor=USER, at=MADE
    )
    return moved(asked, "promised", "confirmed", USER, MADE, promised_for=PROMISED_FOR, due_on=due)


def talked(at: datetime.datetime, *, answered: bool) -> Handoff:
    """A promise that an expert took up at a moment, and closed."""
    talk = moved(promised(), "queued", "opened", SYSTEM, at)
    talk = moved(talk, "assigned", "claimed", YAMADA, at, expert="yamada")
    talk = moved(talk, "active", "accepted", YAMADA, at, answered_at=at if answered else None)
    return moved(talk, "closed", "expert_closed", YAMADA, at, category="solved")


def moment(day: int, hour: int = 10) -> datetime.datetime:
    return datetime.datetime(2026, 11, day, hour, tzinfo=TOKYO)


@pytest.mark.parametrize(("today", "expected"), [(24, "open"), (26, "open"), (27, "overdue")])
def test_what_still_waits_is_open_until_its_last_day_is_over(today: int, expected: Outcome) -> None:
    assert outcome(promised(), datetime.date(2026, 11, today)) == expected


@pytest.mark.parametrize(
    ("at", "expected"), [(moment(24, 9), "kept"), (moment(26, 23), "kept"), (moment(27, 0), "late")]
)
def test_the_first_answer_counts_by_its_day_in_japan(at: datetime.datetime, expected: Outcome) -> None:
    answered = structs.replace(talked(at, answered=True), answered_at=at.astimezone(datetime.UTC))

    assert outcome(answered, datetime.date(2026, 12, 31)) == expected


def test_ended_by_an_expert_without_a_word_is_not_kept() -> None:
    assert outcome(talked(moment(24), answered=False), PROMISED_FOR) == "overdue"


def test_whoever_left_is_owed_nothing() -> None:
    left = moved(promised(), "cancelled", "user_left", USER, MADE)

    assert outcome(left, datetime.date(2026, 12, 31)) == "withdrawn"


def test_a_second_promise_needs_a_second_answer() -> None:
    talk = moved(promised(), "queued", "opened", SYSTEM, moment(24))
    talk = moved(talk, "assigned", "claimed", YAMADA, moment(24), expert="yamada", answered_at=moment(24))
    cut = moved(talk, "queued", "expert_gone", SYSTEM, moment(24, 17))
    again = moved(cut, "promised", "day_ended", SYSTEM, moment(24, 17))

    assert outcome(again, datetime.date(2026, 11, 25)) == "open"


def test_where_nothing_was_promised_nothing_is_judged() -> None:
    asked = offered(reason="asked", channel="web", speciality="", question="", receipt="A", actor=USER, at=MADE)

    assert outcome(asked, DUE) is None
    assert overdue([asked], datetime.date(2030, 1, 1)) == []


@given(st.lists(st.integers(-10, 10).map(lambda days: DUE + datetime.timedelta(days=days))))
def test_the_longest_overdue_comes_first(dues: list[datetime.date]) -> None:
    found = overdue([promised(due) for due in dues], DUE)

    assert [handoff.due_on for handoff in found] == sorted(due for due in dues if due < DUE)
