"""The states of a delivery: whatever LINE does, a message is never known to be sent twice and never dropped in silence."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.line.delivering import (
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    TOKEN_USED_WITHIN,
    Answer,
    Claim,
    Status,
    pause,
    settle,
)

NOW = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
CLOSED = {Status.SENT, Status.ASSUMED, Status.DEAD}


def claimed(
    status: Status = Status.NEW,
    token: str = "t",
    age: float = 1.0,
    now: datetime.datetime = NOW,
    saves_pushes: bool = False,
    **fields: object,
) -> Claim:
    """The claim of a row in a state, `age` seconds after its reply token came."""
    row = {
        "id": 1,
        "channel_key": "U1",
        "status": status,
        "attempts": 0,
        "reply_token": token,
        "token_from": now - age * SECOND if token else None,
        "retry_key": "",
        "payload": "",
        "parts": "[]",
        "leaves": False,
        "action": "answer",
        "first_attempt_at": None,
    }
    return Claim.of(SimpleNamespace(**row | fields), now, lambda _parts: "[]", saves_pushes=saves_pushes)


def test_a_living_token_is_used_first() -> None:
    assert claimed(age=1).status is Status.REPLYING


@pytest.mark.parametrize("age", [TOKEN_USED_WITHIN.total_seconds(), 3600])
def test_an_old_token_is_not_tried(age: float) -> None:
    assert claimed(age=age).status is Status.PUSHING


def test_without_a_token_it_is_pushed_under_a_key() -> None:
    claim = claimed(token="")

    assert claim.status is Status.PUSHING
    assert len(claim.retry_key) == 36


def test_a_push_keeps_its_key_however_often_it_is_tried() -> None:
    assert claimed(Status.PUSHING, retry_key="kept").retry_key == "kept"


def test_what_matters_little_waits_for_the_next_reply_where_pushes_run_short() -> None:
    little = "idle_warning"

    assert claimed(token="", saves_pushes=True, action=little).status is Status.HELD
    assert claimed(token="t", saves_pushes=True, action=little).status is Status.REPLYING
    assert claimed(token="", saves_pushes=True).status is Status.PUSHING
    assert claimed(token="", action=little).status is Status.PUSHING


def test_what_line_accepted_is_sent() -> None:
    assert settle(claimed(), Answer.ACCEPTED, NOW).status is Status.SENT


def test_a_token_refused_at_the_first_attempt_leads_to_a_push() -> None:
    settled = settle(claimed(), Answer.INVALID_TOKEN, NOW)

    assert (settled.status, settled.next_attempt_at) == (Status.PUSHING, NOW)


def test_a_living_token_refused_after_an_unclear_attempt_was_used_by_it() -> None:
    again = claimed(Status.REPLYING, attempts=1)

    assert settle(again, Answer.INVALID_TOKEN, NOW).status is Status.ASSUMED


def test_where_nobody_can_know_whether_the_answer_arrived_the_user_is_told() -> None:
    too_late = claimed(Status.REPLYING, age=90, attempts=1)

    settled = settle(too_late, Answer.INVALID_TOKEN, NOW)

    assert (settled.status, settled.is_unsure, settled.next_attempt_at) == (Status.PUSHING, True, NOW)


def test_an_unclear_reply_is_tried_again_with_the_same_token() -> None:
    settled = settle(claimed(), Answer.AMBIGUOUS, NOW)

    assert settled.status is Status.REPLYING
    assert claimed(settled.status, age=600, attempts=1).status is Status.REPLYING


def test_a_reply_refused_for_its_rate_may_still_become_a_push() -> None:
    settled = settle(claimed(), Answer.RATE_LIMITED, NOW)

    assert settled.status is Status.NEW
    assert claimed(settled.status, age=600, attempts=1).status is Status.PUSHING


def test_a_wrong_request_is_dead_at_once_and_says_why() -> None:
    settled = settle(claimed(), Answer.REFUSED, NOW, "400 too long")

    assert (settled.status, settled.error, settled.is_open) == (Status.DEAD, "400 too long", False)


def test_the_monthly_limit_holds_a_message_instead_of_dropping_it() -> None:
    settled = settle(claimed(Status.PUSHING), Answer.MONTHLY_LIMIT, NOW)

    assert settled.status is Status.HELD
    assert settled.is_open


def test_it_is_given_up_before_its_key_would_send_again() -> None:
    old = claimed(Status.PUSHING, first_attempt_at=NOW - GIVE_UP_AFTER - SECOND)

    assert settle(old, Answer.AMBIGUOUS, NOW).status is Status.DEAD


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_and_stay_bounded(attempts: int, jitter: float) -> None:
    seconds = pause(attempts, jitter).total_seconds()

    assert 0.5 <= seconds <= LONGEST_PAUSE
    assert pause(attempts + 1, jitter) >= pause(attempts, jitter)


class FakeChat:
    """LINE as one message meets it: a single-use token, retry keys, and what arrived."""

    def __init__(self) -> None:
        self.arrived = 0
        self.told = 0  # that an answer may not have arrived
        self.token_used = False
        self.keys: set[str] = set()

    def call(self, claim: Claim, age: float, fault: str) -> Answer:
        """One call; `fault` says what goes wrong before or after LINE accepts it."""
        if fault in {"down", "rate"}:
            return Answer.AMBIGUOUS if fault == "down" else Answer.RATE_LIMITED
        if claim.status is Status.REPLYING:
            if self.token_used or age > 60:
                return Answer.INVALID_TOKEN
            self.token_used = True
            self.arrived += 1
        elif claim.retry_key not in self.keys:
            self.keys.add(claim.retry_key)
            if claim.payload == "told":
                self.told += 1
            else:
                self.arrived += 1
        return Answer.AMBIGUOUS if fault == "lost answer" else Answer.ACCEPTED


@given(
    token=st.booleans(),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["", "down", "rate", "lost answer", "crash before", "crash after"]), st.floats(0, 40)
        ),
        max_size=12,
    ),
)
def test_whatever_goes_wrong_a_message_arrives_at_most_once_and_is_never_lost_unnoticed(
    token: bool, steps: list[tuple[str, float]]
) -> None:
    chat, age = FakeChat(), 0.0
    row: dict[str, Any] = {"status": Status.NEW, "attempts": 0, "retry_key": "", "payload": ""}
    for fault, seconds in [*steps, ("", 0.0), ("", 0.0), ("", 0.0)]:
        if row["status"] in CLOSED:
            break
        age += seconds
        claim = claimed(token="t" if token else "", age=age, first_attempt_at=NOW, **row)
        # stored before the call
        row = {name: getattr(claim, name) for name in row}
        if fault != "crash before":
            answer = chat.call(claim, age, fault)
            if fault != "crash after":
                settled = settle(claim, answer, NOW)
                row |= {"status": settled.status, "payload": "told" if settled.is_unsure else claim.payload}

    assert chat.arrived <= 1
    assert row["status"] in CLOSED
    assert chat.arrived or chat.told
    assert not (row["status"] is Status.ASSUMED and not chat.arrived)
