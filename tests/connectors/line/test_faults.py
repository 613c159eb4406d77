"""LINE slow, down, lying or out of quota; our server killed at any point: each event is answered exactly once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Engine
from tests.connectors.line.conftest import Line, connected
from tests.connectors.line.test_webhook import QUESTION, delivered, words
from tests.line_api import FakeLine, events, faults

REPLY, PUSH = "/v2/bot/message/reply", "/v2/bot/message/push"
KILLS = 8


@pytest.fixture
def own_line(engine: Engine, cache_folder: Path, tmp_path: Path) -> Iterator[Line]:
    """A server that the test may kill."""
    with FakeLine() as fake:
        both = Line(fake, connected(fake, tmp_path / "data", cache_folder).start())
        yield both
        both.http.close()
        both.server.stop()


def ask(line: Line, user: str, token: bool = True) -> None:
    event = events.text(user, QUESTION)
    line.fake.account.meet(user)
    assert line.post(events.webhook(line.fake.issue(event) if token else event)).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(500),
        faults.status(500, accept=True),
        faults.html(),
        faults.shift_jis(),
        faults.drop(),
        faults.drop(accept=True),
        faults.garbled(),
        faults.rate_limited(),
    ],
    ids=["500", "500 but accepted", "html", "shift_jis", "dropped", "accepted, then dropped", "garbled 200", "429"],
)
@pytest.mark.parametrize("path", [REPLY, PUSH])
def test_an_answer_arrives_once_whatever_the_first_call_meets(
    line: Line, user: str, path: str, fault: faults.Fault
) -> None:
    line.fake.script(path, fault)

    ask(line, user, token=path == REPLY)

    assert "045-633-5143" in words(delivered(line, user)[0])
    time.sleep(1.5)
    assert len(line.fake.delivered(user)) == 1


def test_a_used_token_gives_way_to_a_push(line: Line, user: str) -> None:
    event = line.fake.issue(events.text(user, QUESTION))
    line.fake.account.use_token(event["replyToken"])

    line.post(events.webhook(event))

    assert [answer.via for answer in delivered(line, user)] == ["push"]


def test_a_call_that_hangs_is_given_up_and_made_again(line: Line, user: str) -> None:
    line.fake.script(REPLY, faults.hang(accept=True))

    ask(line, user)
    ask_again = events.user_id(77)
    ask(line, ask_again)

    assert len(delivered(line, ask_again, seconds=5)) == 1
    assert len(delivered(line, user, seconds=20)) == 1
    time.sleep(12)
    assert len(line.fake.delivered(user)) == 1


def test_a_refused_access_token_stops_all_sending_and_raises_an_alarm(own_line: Line, user: str) -> None:
    own_line.fake.always(REPLY, faults.status(401))
    ask(own_line, user)
    time.sleep(1)
    own_line.fake.always(REPLY, None)
    others = [events.user_id(number) for number in range(5)]
    for other in others:
        ask(own_line, other)
    time.sleep(1)

    assert len(own_line.fake.sent_to(REPLY)) == 1
    assert "CRITICAL" in own_line.server.log


def test_a_killed_server_answers_every_event_exactly_once(own_line: Line) -> None:
    asked: list[str] = []
    for kill in range(KILLS):
        users = [events.user_id(kill * 100 + number) for number in range(10)]
        for user in users:
            ask(own_line, user)
        asked += users
        time.sleep(0.02 * kill)
        own_line.server.kill()
        own_line.server.start()

    for user in asked:
        delivered(own_line, user, seconds=30)
    time.sleep(2)

    assert {user: len(own_line.fake.delivered(user)) for user in asked} == dict.fromkeys(asked, 1)


@pytest.mark.parametrize("accept", [False, True], ids=["before LINE accepted", "after LINE accepted"])
@pytest.mark.parametrize("token", [True, False], ids=["reply", "push"])
def test_a_kill_in_the_middle_of_a_call_neither_loses_nor_doubles(
    own_line: Line, user: str, accept: bool, token: bool
) -> None:
    path = REPLY if token else PUSH
    own_line.fake.script(path, faults.hang(accept=accept))
    ask(own_line, user, token=token)
    deadline = time.monotonic() + 5
    while not own_line.fake.sent_to(path) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)

    own_line.server.kill()
    own_line.server.start()

    assert len(delivered(own_line, user)) == 1
    time.sleep(2)
    assert len(own_line.fake.delivered(user)) == 1


def test_what_the_monthly_limit_held_back_goes_along_with_the_next_reply(line: Line, user: str) -> None:
    line.fake.script(PUSH, faults.monthly_limit())
    ask(line, user, token=False)
    deadline = time.monotonic() + 5
    while not line.fake.sent_to(PUSH) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)

    line.post(events.webhook(line.fake.issue(events.text(user, "ありがとう"))))

    (answer,) = delivered(line, user)
    assert "045-633-5143" in words(answer)
    assert "お役に立てて" in words(answer)
    time.sleep(1)
    assert len(line.fake.delivered(user)) == 1
