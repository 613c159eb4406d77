"""Plays thousands of LINE users against running servers on 127.0.0.1: at a rate, or as fast as they are served.

Never sends anywhere else, and never more than `MOST_EVENTS` events or for longer than `LONGEST_SECONDS`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from evaluation.load.line_stand_in import Answer, LineStandIn
from evaluation.load.questions import Question
from evaluation.load.tally import Tally, judge
from evaluation.load.traffic import Asked, headers, milliseconds, user_id

MOST_EVENTS = 200_000
LONGEST_SECONDS = 3600.0
_PATH = "/line/webhook"
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_KEPT_SECONDS = 3.0  # less than the 5 s of uvicorn, so that no post meets a connection that is just being closed
_REDELIVERED_AFTER = (0.2, 2.0)  # seconds
_INSISTS_EVERY = 0.3  # seconds between posts of what was not acknowledged
_LOOK_EVERY = 0.25


class RefusedLoadError(ValueError):
    """The load would leave this machine, or know no end."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who asks, and how LINE delivers it.

    `duplicates` is the share of webhooks posted twice at once, `redeliveries` the share posted again a while later.
    `tokenless` is the share of events without a reply token, which can only be answered by a push.
    `insists`: what was not acknowledged is posted again until it is, as LINE's redelivery does.
    """

    secret: str
    users: int = 5_000
    duplicates: float = 0.0
    redeliveries: float = 0.0
    tokenless: float = 0.0
    insists: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a webhook; status 0 where no answer came."""

    status: int
    seconds: float


class Generator:
    """Asks, and remembers what was asked and how each post was answered."""

    def __init__(self, urls: Sequence[str], stand_in: LineStandIn, questions: Sequence[Question], load: Load) -> None:
        """Posts go to `urls` (`http://127.0.0.1:8000`) in turn.

        Raises:
            RefusedLoadError: An address is not on 127.0.0.1.
        """
        for url in urls:
            if urlsplit(url).hostname != "127.0.0.1":
                raise RefusedLoadError(f"load goes to 127.0.0.1 only, not to {url}")
        self.asked: list[Asked] = []
        self.posts: list[Post] = []
        self.late: list[float] = []  # seconds by which each post of `pace` came after its time
        self._urls = tuple(f"{url}{_PATH}" for url in urls)
        self._stand_in = stand_in
        self._questions = tuple(questions)
        self._load = load
        self._chance = random.Random(load.seed)  # noqa: S311 - load, no secret
        self._first_user = self._chance.getrandbits(100)
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def __aenter__(self) -> Self:
        """Opens the connections."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Closes the connections."""
        await self._session.close()

    # Ways to ask

    async def pace(self, rate: float, seconds: float, stopping: asyncio.Event | None = None) -> None:
        """Asks `rate` questions a second, however long answers take, until time is up or `stopping` is set."""
        _refuse_endless(seconds, rate * seconds)
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                if stopping and stopping.is_set():
                    return
                ahead = started + number / rate - time.perf_counter()
                self.late.append(max(-ahead, 0.0))
                await asyncio.sleep(max(ahead, 0.0))
                group.create_task(self._play(self._next()))

    async def press(self, connections: int, seconds: float) -> float:
        """Each connection posts the next question once the last was acknowledged; acknowledged questions a second."""
        return await self._in_turn(connections, seconds, self._ask)

    async def converse(self, users: int, seconds: float) -> float:
        """Each of so many users asks again once answered; questions answered a second."""
        self._stand_in.on_answer = self._answered
        return await self._in_turn(users, seconds, self._ask_and_wait)

    async def settle(self, seconds: float, quiet: float = 0.0) -> Tally:
        """Waits until every acknowledged question is answered or time is up, and `quiet` more; then judges."""
        deadline = time.perf_counter() + seconds
        while (tally := self._tally()).lost and time.perf_counter() < deadline:
            enough = len(self._stand_in.answers) + len(tally.lost)
            while len(self._stand_in.answers) < enough and time.perf_counter() < deadline:  # noqa: ASYNC110 - a look is cheaper than a bell for each answer
                await asyncio.sleep(_LOOK_EVERY)
        await asyncio.sleep(quiet)
        return self._tally()

    def _tally(self) -> Tally:
        return judge(self.asked, self._stand_in.answers)

    # One question

    def _next(self) -> Asked:
        """The next question: users take turns, and each asks every question once at most."""
        number = len(self.asked)
        place, turn = number % self._load.users, number // self._load.users
        if turn >= len(self._questions) or number >= MOST_EVENTS:
            raise RefusedLoadError(f"more than {number} questions from {self._load.users} users")
        question = self._questions[(place + turn) % len(self._questions)]
        asked = Asked(user_id(self._first_user + place), question.text, question.mark, timestamp=milliseconds())
        if self._chance.random() >= self._load.tokenless:
            asked.token = self._stand_in.issue_token(asked.user, asked.event_id)
        self.asked.append(asked)
        return asked

    async def _play(self, asked: Asked) -> None:
        """A question with all its copies."""
        copies = 2 if self._chance.random() < self._load.duplicates else 1
        is_redelivered = self._chance.random() < self._load.redeliveries
        await asyncio.gather(*(self._post(asked) for _ in range(copies)))
        deadline = time.perf_counter() + LONGEST_SECONDS
        while self._load.insists and not asked.is_acknowledged and time.perf_counter() < deadline:
            await asyncio.sleep(_INSISTS_EVERY)
            await self._post(asked, is_redelivery=True)
        if is_redelivered:
            await asyncio.sleep(self._chance.uniform(*_REDELIVERED_AFTER))
            await self._post(asked, is_redelivery=True)

    async def _ask(self) -> bool:
        return await self._post(self._next())

    async def _ask_and_wait(self) -> bool:
        asked = self._next()
        future = self._waiting[asked.user] = asyncio.get_running_loop().create_future()
        await self._post(asked)
        await future
        return True

    async def _post(self, asked: Asked, is_redelivery: bool = False) -> bool:
        """Posts the webhook once; whether it was acknowledged."""
        if is_redelivery and asked.token:
            self._stand_in.redeliver(asked.token)
        body = asked.body(is_redelivery)
        started = time.perf_counter()
        asked.posted_at = asked.posted_at or started
        url = self._urls[len(self.posts) % len(self._urls)]
        status = 0
        try:
            async with self._session.post(url, data=body, headers=headers(self._load.secret, body)) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0  # an answer that broke off says nothing
        finally:
            self.posts.append(Post(status, time.perf_counter() - started))
        asked.is_acknowledged |= status == 200
        return status == 200

    def _answered(self, answer: Answer) -> None:
        future = self._waiting.get(answer.user)
        if future and not future.done():
            future.set_result(None)

    # As fast as served

    async def _in_turn(self, count: int, seconds: float, once: Callable[[], Awaitable[bool]]) -> float:
        """`count` loops of `once` side by side; successes a second. What is under way at the end is given up."""
        _refuse_endless(seconds, 0)
        successes = 0

        async def again() -> None:
            nonlocal successes
            while True:
                succeeded = await once()  # apart: `+= await` would forget what others add meanwhile
                successes += succeeded

        started = time.perf_counter()
        loops = [asyncio.create_task(again()) for _ in range(count)]
        done, _ = await asyncio.wait(loops, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        took = time.perf_counter() - started
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        for loop in done:
            loop.result()
        return successes / took


def _refuse_endless(seconds: float, events: float) -> None:
    if seconds > LONGEST_SECONDS or events > MOST_EVENTS:
        raise RefusedLoadError(f"at most {MOST_EVENTS} events and {LONGEST_SECONDS:g} seconds")
