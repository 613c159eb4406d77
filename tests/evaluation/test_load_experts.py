"""The load of the experts' bench tells the truth: it sees every word, loss, double and stray, and times them rightly."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from evaluation.load.bare_talk import talk
from evaluation.load.caller import Caller, RefusedCallError
from evaluation.load.consultation import Consultation, Outcome, Scale
from evaluation.load.generator import RefusedLoadError
from evaluation.load.marks import Mark, Record, mark_in
from evaluation.load.processes import bare_chat, running
from tests.evaluation.office_stand_in import Body, Chat, Office, routes_of, serving

SCALE = Scale(visitors=2, experts=1, exchanges=2, arrivals=100, log_ins=100, writing=(0, 0), patience=10)
SAID = 10  # two questions, and two exchanges of two in each chat
EXPERT_WORD, USER_WORD = Mark(0, "expert", 1), Mark(0, "user", 1)


async def consulted(office: Office, scale: Scale = SCALE) -> Outcome:
    """What the load makes of an office."""
    async with serving(*routes_of(office)) as url:
        return await Consultation([url], scale, "password").play()


def impatient(office: Office) -> Outcome:
    """The same where somebody waits in vain."""
    return asyncio.run(consulted(office, replace(SCALE, visitors=1, patience=0.5)))


def is_word(message: Body, mark: Mark) -> bool:
    return mark_in(message["text"]) == mark


# What is counted


def test_a_faithful_office_is_clean() -> None:
    outcome = asyncio.run(consulted(Office()))
    verdict = outcome.verdict

    assert (outcome.waiting, outcome.served, outcome.failures, outcome.refusals) == (2, 2, 0, ())
    assert (verdict.said, verdict.lost, verdict.doubled, verdict.astray) == (SAID, (), (), ())
    assert (len(verdict.user_seconds), len(verdict.expert_seconds), len(outcome.waits)) == (4, 4, 2)


def test_a_word_that_no_visitor_is_shown_is_lost_and_takes_for_ever() -> None:
    class Deaf(Office):
        def shown_to_visitor(self, chat: Chat, message: Body) -> Iterable[tuple[Chat, Body]]:
            return [] if is_word(message, EXPERT_WORD) else [(chat, message)]

    outcome = impatient(Deaf())

    assert outcome.verdict.lost == (EXPERT_WORD,)
    assert max(outcome.verdict.expert_seconds) == float("inf")
    assert (outcome.waiting, outcome.served) == (1, 0)


def test_a_word_that_no_expert_is_shown_is_lost_and_takes_for_ever() -> None:
    class Blind(Office):
        def shown_to_expert(self, _chat: Chat, messages: list[Body]) -> list[Body]:
            return [one for one in messages if not is_word(one, USER_WORD)]

    outcome = impatient(Blind())

    assert USER_WORD in outcome.verdict.lost
    assert max(outcome.verdict.user_seconds) == float("inf")


@pytest.mark.parametrize("mark", [EXPERT_WORD, USER_WORD])
def test_a_word_that_was_seen_but_is_not_in_the_log_is_lost(mark: Mark) -> None:
    class Forgetful(Office):
        def logged(self, chat: Chat) -> list[Body]:
            return [one for one in chat.log if not is_word(one, mark)]

    assert asyncio.run(consulted(Forgetful())).verdict.lost == (mark,)


def test_a_word_that_comes_twice_to_the_visitor_the_expert_or_the_log_is_doubled() -> None:
    first, last = Mark(0, "user", 0), Mark(1, "user", 2)

    class Stammering(Office):
        def shown_to_visitor(self, chat: Chat, message: Body) -> Iterable[tuple[Chat, Body]]:
            return [(chat, message)] * (2 if is_word(message, EXPERT_WORD) else 1)

        def shown_to_expert(self, _chat: Chat, messages: list[Body]) -> list[Body]:
            return [one for one in messages for _ in range(2 if is_word(one, first) else 1)]

        def logged(self, chat: Chat) -> list[Body]:
            return [one for one in chat.log for _ in range(2 if is_word(one, last) else 1)]

    verdict = asyncio.run(consulted(Stammering())).verdict

    assert set(verdict.doubled) >= {first, EXPERT_WORD, last}
    assert verdict.lost == ()


@pytest.mark.parametrize("mark", [EXPERT_WORD, USER_WORD])
def test_anybodys_words_on_the_screen_of_another_visitor_are_astray(mark: Mark) -> None:
    class Gossiping(Office):
        def _react(self, chat: Chat, body: Body) -> None:
            super()._react(chat, body)
            if is_word(chat.log[-1], mark):
                self.others(chat)[0].stream.put_nowait(chat.log[-1])

        def shown_to_visitor(self, chat: Chat, message: Body) -> Iterable[tuple[Chat, Body]]:
            yield chat, message
            if is_word(message, mark):
                yield self.others(chat)[0], message

    verdict = asyncio.run(consulted(Gossiping())).verdict

    assert set(verdict.astray) == {mark}
    assert verdict.lost == ()


@pytest.mark.parametrize("mark", [EXPERT_WORD, USER_WORD])
def test_anybodys_words_on_the_experts_screen_of_another_chat_are_astray(mark: Mark) -> None:
    class Confused(Office):
        def shown_to_expert(self, chat: Chat, messages: list[Body]) -> list[Body]:
            return messages + [one for other in self.others(chat) for one in other.log if is_word(one, mark)]

    assert set(asyncio.run(consulted(Confused())).verdict.astray) == {mark}


def test_a_word_in_the_log_of_another_conversation_is_astray() -> None:
    class Untidy(Office):
        def logged(self, chat: Chat) -> list[Body]:
            return chat.log + [one for other in self.others(chat) for one in other.log if is_word(one, USER_WORD)]

    assert asyncio.run(consulted(Untidy())).verdict.astray == (USER_WORD,)


# What goes wrong on the way


def test_a_call_that_the_server_fails_is_made_again_under_the_same_id_and_counted() -> None:
    class Stumbling(Office):
        def refuses(self, request: web.Request, body: Body) -> int:
            seen = [one for one in self.bodies if one["client_id"] == body["client_id"]]
            if not is_word({"text": body.get("text", "")}, USER_WORD) or len(seen) > 2:
                return 0
            if len(seen) == 1:
                assert request.transport is not None
                request.transport.abort()
            return 503

    office = Stumbling()
    outcome = asyncio.run(consulted(office))

    assert (outcome.failures, outcome.refusals, outcome.served) == (2, (), 2)
    assert sum(is_word({"text": body.get("text", "")}, USER_WORD) for body in office.bodies) == 3
    assert (outcome.verdict.lost, outcome.verdict.doubled) == ((), ())


def test_a_call_that_was_taken_and_whose_answer_was_lost_is_no_double() -> None:
    class Speechless(Office):
        async def say(self, request: web.Request) -> web.Response:
            response, body = await super().say(request), self.bodies[-1]
            if is_word({"text": body.get("text", "")}, USER_WORD) and self.bodies.count(body) == 1:
                assert request.transport is not None
                request.transport.abort()
            return response

    outcome = asyncio.run(consulted(Speechless()))

    assert (outcome.failures, outcome.served, outcome.verdict.doubled) == (1, 2, ())


@pytest.mark.parametrize("mark", [EXPERT_WORD, USER_WORD])
def test_a_call_that_the_server_refuses_is_counted_once_and_is_no_loss(mark: Mark) -> None:
    class Strict(Office):
        def refuses(self, _request: web.Request, body: Body) -> int:
            return 409 if is_word({"text": body.get("text", "")}, mark) else 0

    outcome = impatient(Strict())

    assert len(outcome.refusals) == 1
    assert "409" in outcome.refusals[0]
    assert outcome.failures == 0
    assert mark not in outcome.verdict.lost
    assert outcome.served == 0


def test_events_are_read_whole_however_they_are_cut_and_again_after_the_last_one_seen() -> None:
    asked: list[str] = []
    whole = 'event: message\ndata: {"text": "共済"}\n\n: still there\n\ndata: {"text": "借入れ"}\n\n'.encode()

    async def stream(request: web.Request) -> web.StreamResponse:
        asked.append(request.query["after"])
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in whole:
            await response.write(bytes([byte]))
            await asyncio.sleep(0)
        assert request.transport is not None
        request.transport.abort()
        return response

    async def listen() -> list[str]:
        heard: list[str] = []
        async with serving(web.get("/events", stream)) as url, Caller() as caller:
            after = {"after": 0}
            async for event, data in caller.of(url).listen("/events", after):
                heard.append(f"{event} {json.loads(data)['text']}")
                after["after"] = len(heard)
                if len(heard) == 4:
                    break
        return heard

    assert asyncio.run(listen()) == ["message 共済", "message 借入れ"] * 2
    assert asked == ["0", "2"]


# Where it goes


@pytest.mark.parametrize(
    "url",
    ["https://soudan.example.jp", "http://192.0.2.1:8000", "http://127.0.0.1.example.jp", "http://127.0.0.1@192.0.2.1"],
)
def test_nobody_comes_to_a_server_elsewhere(url: str) -> None:
    with pytest.raises(RefusedLoadError):
        asyncio.run(Consultation([url], SCALE, "password").play())


@pytest.mark.parametrize("status", [302, 307])
def test_nobody_is_led_away_by_a_redirection(status: int) -> None:
    visited: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        visited.append(request.path)
        return web.json_response({})

    async def play() -> list[str]:
        async with serving(web.route("*", "/{path}", elsewhere), host="127.0.0.2") as other, Caller() as caller:

            async def lead(request: web.Request) -> web.Response:
                return web.Response(status=status, headers={"Location": f"{other}{request.path}"})

            async with serving(web.route("*", "/{path}", lead)) as url:
                person = caller.of(url)
                with pytest.raises(RefusedCallError):
                    await person.get("/page")
                with pytest.raises(RefusedCallError):
                    await person.post("/words", {"text": "はい"})
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(anext(person.listen("/events", {"after": 0})), 0.3)
            return caller.refusals

    assert len(asyncio.run(play())) == 2
    assert visited == []


# What is timed


def test_seconds_run_from_sending_and_from_the_acknowledgement_to_the_first_sight() -> None:
    record = Record()
    question, word, lost, reply = *(Mark(3, "user", number) for number in range(3)), Mark(3, "expert", 0)
    for mark, sent, acknowledged in ((question, 0, 1), (word, 10, 12), (reply, 20, 29), (lost, 30, 31)):
        record.sent(mark, sent)
        record.acknowledged(mark, acknowledged)
    for mark, seen in ((question, 9), (word, 15), (word, 19), (reply, 23)):
        record.shown(mark, 3, seen)

    verdict = record.verdict()

    assert verdict.user_seconds == (5, float("inf"))  # nobody's screen was open for the question
    assert verdict.user_seconds_acknowledged == (3,)
    assert verdict.expert_seconds == (3,)


def test_a_slow_acknowledgement_is_part_of_the_time_to_the_screen() -> None:
    class Slow(Office):
        acknowledging = 0.2

        def _react(self, chat: Chat, body: Body) -> None:
            asyncio.get_running_loop().call_later(0.3, super()._react, chat, body)

    verdict = asyncio.run(consulted(Slow())).verdict
    pairs = zip(verdict.user_seconds, verdict.user_seconds_acknowledged, strict=True)

    assert min(verdict.user_seconds) >= 0.3
    assert all(0.2 <= total - after < 0.3 for total, after in pairs)


def test_a_wait_is_that_for_an_assignment_once_there_is_room_not_that_in_the_queue() -> None:
    class Slow(Office):
        assigning = 0.2

    outcome = asyncio.run(consulted(Slow(), replace(SCALE, visitors=3, exchanges=1, writing=(0.1, 0.1))))

    assert len(outcome.waits) == 3
    assert all(0.15 < wait < 0.4 for wait in outcome.waits)
    assert outcome.seconds > 3 * (0.2 + 0.1)


def test_an_assignment_that_comes_before_the_end_was_acknowledged_spoils_no_later_wait() -> None:
    class Hasty(Office):
        async def close(self, request: web.Request) -> web.Response:
            response = await super().close(request)
            await asyncio.sleep(0.1)  # the board shows the next one meanwhile
            return response

    outcome = asyncio.run(consulted(Hasty(), replace(SCALE, visitors=4, exchanges=1, writing=(0.3, 0.3))))

    assert len(outcome.waits) == 4
    assert max(outcome.waits) < 0.2


def test_the_bare_chat_delivers_each_message_once_at_the_rate_asked_for(tmp_path: Path) -> None:
    async def play() -> tuple[list[float], float]:
        app = bare_chat(tmp_path)
        async with running(app):
            clock = asyncio.get_running_loop().time
            began = clock()
            return await talk(app.url, listeners=4, rate=50, seconds=0.6), clock() - began

    seconds, took = asyncio.run(play())

    assert len(seconds) == 30
    assert 0 < min(seconds) <= max(seconds) < 0.6
    assert took >= 0.6
