"""A week with 2,000 owners, a holiday, ill experts and a process that dies again and again: nobody is forgotten."""

from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from bot.calendar import BusinessCalendar
from bot.engine import Engine
from bot.handoff import MOVES, Handoff
from bot.promises import outcome
from connectors.storage.handoffs import as_handoff
from connectors.storage.schema import handoff_moves, handoffs, inbox, messages
from tests.connectors.week import EXPERTS, Week

USERS = 2_000


def test_a_week_in_which_every_word_is_answered_or_promised_exactly_once(engine: Engine, tmp_path: Path) -> None:
    questions = [entry.question for entry in engine.library.knowledge.entries[::7]]
    week = Week(engine, tmp_path / "sodan.db", questions, USERS)

    week.runs()

    assert week.crashes > 3
    _was_one_to_be_afraid_of(week)
    _every_word_was_taken_up_once(week)
    _the_bot_answered_what_no_expert_had_and_nothing_twice(week)
    _whoever_wrote_to_an_expert_was_answered(week)
    _every_promise_was_kept_in_time(week)
    _nobody_is_left_waiting(week)
    _no_handoff_was_anywhere_it_could_not_be(week)


def roles(week: Week) -> dict[str, list[str]]:
    """Who spoke, message by message, in every conversation."""
    found: dict[str, list[str]] = {}
    query = sa.select(messages.c.conversation_id, messages.c.role).order_by(messages.c.conversation_id, messages.c.seq)
    with week.database.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.conversation_id, []).append(row.role)
    return found


def handed_over(week: Week) -> list[Handoff]:
    with week.database.read() as connection:
        return [as_handoff(row) for row in connection.execute(sa.select(handoffs))]


def _was_one_to_be_afraid_of(week: Week) -> None:
    reasons = Counter[str]()
    with week.database.read() as connection:
        reasons.update(connection.scalars(sa.select(handoff_moves.c.reason)))

    assert min(reasons[name] for name in ("opened", "day_ended", "expert_gone", "user_left", "user_ended", "idle")) > 0
    assert sum(week.relayed.values()) > USERS / 20
    assert len({handoff.expert for handoff in handed_over(week)} - {""}) == len(EXPERTS)


def _every_word_was_taken_up_once(week: Week) -> None:
    spoken = roles(week)

    assert len(spoken) == USERS
    assert {name: said.count("user") for name, said in spoken.items()} == dict(week.asked)
    with week.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(inbox.c.done_at.is_(None))) == 0


def _the_bot_answered_what_no_expert_had_and_nothing_twice(week: Week) -> None:
    for name, said in roles(week).items():
        again = said.count("bot") - week.answered[name]  # what an expert had left unread when the chat ended
        assert 0 <= again <= week.relayed[name], name


def _whoever_wrote_to_an_expert_was_answered(week: Week) -> None:
    for name, said in roles(week).items():
        if week.relayed[name]:
            assert said[-1] != "user", name
            assert "expert" in said, name


def _every_promise_was_kept_in_time(week: Week) -> None:
    found = handed_over(week)
    outcomes = Counter(outcome(handoff, BusinessCalendar.day(week.clock.now())) for handoff in found)

    assert outcomes["kept"] > USERS / 20
    assert outcomes["late"] == outcomes["overdue"] == 0


def _nobody_is_left_waiting(week: Week) -> None:
    left = Counter(handoff.status for handoff in handed_over(week) if handoff.is_open)

    assert set(left) <= {"promised"}  # for Monday, by those who came after the week had ended


def _no_handoff_was_anywhere_it_could_not_be(week: Week) -> None:
    with week.database.read() as connection:
        rows = connection.execute(sa.select(handoff_moves).order_by(handoff_moves.c.handoff_id, handoff_moves.c.id))
        moves = [(row.handoff_id, row.before, row.after) for row in rows]

    last: dict[int, str] = {}
    for number, before, after in moves:
        assert (before, after) in MOVES
        assert before == last.get(number)
        last[number] = after
