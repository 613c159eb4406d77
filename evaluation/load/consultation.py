"""A morning at the desk: all visitors wait in the queue, then the experts log in and serve them one by one."""

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.load.caller import Caller, RefusedCallError
from evaluation.load.expert import Expert
from evaluation.load.marks import Record, Verdict
from evaluation.load.visitor import Visitor

EXPERT = "expert"  # the experts' names are EXPERT-1, EXPERT-2, …


@dataclass(frozen=True, slots=True)
class Scale:
    """How many come, and how fast people are.

    `arrivals` are visitors a second, `log_ins` experts a second; writing a message takes between the two seconds of
    `writing`; `exchanges` are messages of each side in a chat; `patience` is the seconds until those still waiting for
    an expert, or not yet served, are given up.
    """

    visitors: int
    experts: int
    exchanges: int
    arrivals: float
    log_ins: float
    writing: tuple[float, float]
    patience: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `waits` are seconds until each visitor was assigned, `seconds` what the talking took."""

    waiting: int
    served: int
    waits: tuple[float, ...]
    verdict: Verdict
    failures: int
    refusals: tuple[str, ...]
    seconds: float


class Consultation:
    """Plays it against running servers on 127.0.0.1, among which people are spread."""

    def __init__(self, urls: Sequence[str], scale: Scale, password: str, seed: int = 1) -> None:
        self._urls = urls
        self._scale = scale
        self._password = password
        self._chance = random.Random(seed)  # noqa: S311 - load, no secret
        self._record = Record()

    async def play(self) -> Outcome:
        """Runs it to its end, or until patience does."""
        async with Caller() as caller:
            visitors = [
                Visitor(number, caller.of(self._url(number)), self._record, self._pause)
                for number in range(self._scale.visitors)
            ]
            visits = [asyncio.create_task(self._visit(visitor)) for visitor in visitors]
            await _within(self._scale.patience, *(asyncio.create_task(one.queued.wait()) for one in visitors))
            waiting = sum(visitor.queued.is_set() for visitor in visitors)
            experts = [self._expert(number, caller, visitors) for number in range(self._scale.experts)]
            started = time.perf_counter()
            work = [asyncio.create_task(self._work(number, expert)) for number, expert in enumerate(experts)]
            await _within(self._scale.patience, *visits)
            seconds = time.perf_counter() - started
            await _ended(work)
            await asyncio.gather(*(visitor.reread() for visitor in visitors))
            return Outcome(
                waiting=waiting,
                served=sum(visitor.is_served for visitor in visitors),
                waits=tuple(wait for expert in experts for wait in expert.waits),
                verdict=self._record.verdict(),
                failures=caller.failures,
                refusals=tuple(caller.refusals),
                seconds=seconds,
            )

    async def _visit(self, visitor: Visitor) -> None:
        await asyncio.sleep(visitor.number / self._scale.arrivals)
        try:
            await visitor.visit()
        except* RefusedCallError:
            pass  # counted by the caller

    async def _work(self, number: int, expert: Expert) -> None:
        await asyncio.sleep(number / self._scale.log_ins)
        await expert.log_in(f"{EXPERT}-{number + 1}", self._password)
        await expert.work()

    def _expert(self, number: int, caller: Caller, visitors: Sequence[Visitor]) -> Expert:
        person, exchanges = caller.of(self._url(number)), self._scale.exchanges
        return Expert(person, self._record, self._pause, exchanges, lambda chat: visitors[chat].connected_at)

    def _url(self, number: int) -> str:
        return self._urls[number % len(self._urls)]

    def _pause(self) -> float:
        return self._chance.uniform(*self._scale.writing)


async def _within(seconds: float, *tasks: "asyncio.Task[object]") -> None:
    """Waits for the tasks; what has not ended in time is cancelled."""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*tasks)
    except TimeoutError:
        await _ended(tasks)


async def _ended(tasks: "Sequence[asyncio.Task[object]]") -> None:
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)
