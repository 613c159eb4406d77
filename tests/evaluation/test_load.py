"""The load generator tells the truth: it sees every answer, every loss and every double, and stays on this machine."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.engine import Engine
from evaluation.benchmarks.table import Figure
from evaluation.load.generator import LONGEST_SECONDS, Generator, Load, RefusedLoadError
from evaluation.load.line_stand_in import Fault, LineStandIn, random_faults
from evaluation.load.processes import SECRET, bare_app, running, sodan
from evaluation.load.questions import Question, distinct_questions
from evaluation.load.tally import Tally

QUESTIONS = tuple(Question(f"質問{number}", f"答え{number}。") for number in range(40))
REPLY, PUSH = "/v2/bot/message/reply", "/v2/bot/message/push"


async def call(line: LineStandIn, path: str, content: object, **headers: str) -> int:
    """The status of a call to the stand-in; 0 where the connection ended."""
    sent = {"Authorization": f"Bearer {line.access_token}", **headers}
    try:
        async with aiohttp.request("POST", line.url + path, json=content, headers=sent) as response:
            return response.status
    except aiohttp.ClientError:
        return 0


def said(words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words}]


def test_a_reply_token_works_once() -> None:
    async def play() -> list[int]:
        async with LineStandIn() as line:
            reply = {"replyToken": line.issue_token("U1", "E1"), "messages": said("はい")}
            statuses = [await call(line, REPLY, reply) for _ in range(2)]
            assert [(answer.user, answer.event_id, answer.words()) for answer in line.answers] == [("U1", "E1", "はい")]
            return statuses

    assert asyncio.run(play()) == [200, 400]


def test_a_retry_key_pushes_once() -> None:
    async def play() -> list[int]:
        async with LineStandIn() as line:
            push, key = {"to": "U1", "messages": said("はい")}, {"X-Line-Retry-Key": "k"}
            statuses = [await call(line, PUSH, push, **key) for _ in range(2)]
            assert len(line.answers) == 1
            return statuses

    assert asyncio.run(play()) == [200, 409]


def test_a_wrong_access_token_is_refused() -> None:
    async def play() -> int:
        async with LineStandIn() as line:
            return await call(line, PUSH, {"to": "U1", "messages": said("はい")}, Authorization="Bearer wrong")

    assert asyncio.run(play()) == 401


@pytest.mark.parametrize(
    ("fault", "status", "accepted"), [(Fault.REFUSED, 500, 0), (Fault.ACCEPTED, 500, 1), (Fault.DROPPED, 0, 1)]
)
def test_a_fault_accepts_or_not_as_it_says(fault: Fault, status: int, accepted: int) -> None:
    async def play() -> tuple[int, int]:
        async with LineStandIn(faults=lambda: fault) as line:
            return await call(line, PUSH, {"to": "U1", "messages": said("はい")}), len(line.answers)

    assert asyncio.run(play()) == (status, accepted)


def test_faults_come_in_the_share_asked_for() -> None:
    faults = random_faults(0.25, seed=1)

    assert 200 < sum(faults() is not None for _ in range(1_000)) < 300


Answering = Callable[[LineStandIn, dict[str, Any]], Awaitable[object]]


async def played(answering: Answering, load: Load, rate: float = 100, seconds: float = 0.4) -> Tally:
    """What the generator makes of a bot that is nothing but `answering`, called with each event."""
    async with LineStandIn() as line:

        async def webhook(request: web.Request) -> web.Response:
            for event in (await request.json())["events"]:
                await answering(line, event)
            return web.Response()

        app = web.Application()
        app.router.add_post("/line/webhook", webhook)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with Generator([f"http://{host}:{port}"], line, QUESTIONS, load) as generator:
            await generator.pace(rate, seconds)
            tally = await generator.settle(0.5)
        await runner.cleanup()
        return tally


async def reply(line: LineStandIn, event: dict[str, Any]) -> None:
    words = event["message"]["text"].replace("質問", "答え") + "。"
    assert await call(line, REPLY, {"replyToken": event["replyToken"], "messages": said(words)}) == 200


async def push(line: LineStandIn, event: dict[str, Any]) -> None:
    words = event["message"]["text"].replace("質問", "答え") + "。"
    assert await call(line, PUSH, {"to": event["source"]["userId"], "messages": said(words)}) == 200


def test_a_faithful_bot_is_clean() -> None:
    tally = asyncio.run(played(reply, Load(SECRET, users=7)))

    assert tally.is_clean
    assert (tally.asked, tally.acknowledged, tally.answered, len(tally.seconds)) == (40, 40, 40, 40)


@pytest.mark.parametrize("answer", [reply, push])
def test_one_loss_and_one_double_of_the_same_user_are_both_found(answer: Answering) -> None:
    """Counting a user's answers would find neither."""
    events: list[dict[str, Any]] = []

    async def answering(line: LineStandIn, event: dict[str, Any]) -> None:
        events.append(event)
        number = len(events)  # now: others come while this one is answered
        if number == 3:
            return
        await answer(line, event)
        if number == 8:
            await push(line, event)

    tally = asyncio.run(played(answering, Load(SECRET, users=5)))

    assert events[2]["source"] == events[7]["source"]
    assert tally.lost == (events[2]["webhookEventId"],)
    assert tally.doubled == (events[7]["webhookEventId"],)
    assert tally.astray == ()


def test_an_answer_to_another_question_is_astray() -> None:
    async def answering(line: LineStandIn, event: dict[str, Any]) -> None:
        await call(line, REPLY, {"replyToken": event["replyToken"], "messages": said("すみません")})

    tally = asyncio.run(played(answering, Load(SECRET), rate=50, seconds=0.1))

    assert (len(tally.astray), len(tally.lost)) == (5, 5)


def test_the_real_server_answers_the_load_once_each(engine: Engine, cache_folder: Path, tmp_path: Path) -> None:
    questions = distinct_questions(engine)

    async def play() -> Tally:
        async with LineStandIn(faults=random_faults(0.1, seed=1)) as line:
            server = sodan("serve", tmp_path / "data", cache_folder, line)
            load = Load(SECRET, users=20, duplicates=0.3, redeliveries=0.3, tokenless=0.2, insists=True)
            async with running(server), Generator([server.url], line, questions, load) as generator:
                pacing = asyncio.create_task(generator.pace(20, 2.5))
                await asyncio.sleep(1)
                await server.kill()
                await server.start()
                await pacing
                assert len(generator.posts) > len(generator.asked)
                return await generator.settle(60, quiet=1)

    tally = asyncio.run(play())

    assert (tally.lost, tally.doubled, tally.astray) == ((), (), ())
    assert tally.answered == tally.acknowledged == tally.asked == 50
    assert tally.pushes > 0


def test_the_bare_app_takes_what_is_signed_and_answers_nothing(tmp_path: Path) -> None:
    async def play() -> tuple[float, set[int], int]:
        app = bare_app(tmp_path)
        async with LineStandIn() as line, running(app):
            async with Generator([app.url], line, QUESTIONS, Load(SECRET)) as generator:
                rate = await generator.press(4, 0.5)
            async with Generator([app.url], line, QUESTIONS, Load("wrong secret")) as stranger:
                await stranger.pace(10, 0.1)
            assert {post.status for post in stranger.posts} == {400}
            statuses = {post.status for post in generator.posts}
            return rate, statuses - {0}, len(line.answers)  # 0: under way when time was up

    rate, statuses, answers = asyncio.run(play())

    assert rate > 0
    assert (statuses, answers) == ({200}, 0)


@pytest.mark.parametrize("url", ["https://api.line.me", "http://192.0.2.1:8000", "http://127.0.0.1.example.jp"])
def test_load_never_leaves_this_machine(url: str) -> None:
    with pytest.raises(RefusedLoadError):
        Generator([url], LineStandIn(), QUESTIONS, Load(SECRET))


@pytest.mark.parametrize(("rate", "seconds"), [(1, LONGEST_SECONDS + 1), (1_000_000, 60)])
def test_load_without_end_is_refused(rate: float, seconds: float) -> None:
    async def play() -> None:
        async with Generator([], LineStandIn(), QUESTIONS, Load(SECRET)) as generator:
            await generator.pace(rate, seconds)

    with pytest.raises(RefusedLoadError):
        asyncio.run(play())


@pytest.mark.parametrize(
    ("figure", "is_met"),
    [
        (Figure("f", 2, "x"), True),
        (Figure("f", 2, "x", 2), True),
        (Figure("f", 2.1, "x", 2), False),
        (Figure("f", 0.6, "x", at_least=0.6), True),
        (Figure("f", 0.5, "x", at_least=0.6), False),
        (Figure("f", float("inf"), "x", 2), False),
    ],
)
def test_a_figure_knows_whether_its_goal_is_met(figure: Figure, is_met: bool) -> None:
    assert figure.is_met is is_met
