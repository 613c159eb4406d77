"""The loops that answer what waits in the inbox and deliver what waits in the outbox."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from bot.ports import Clock, Outbox, StorageUnavailableError
from bot.service import Service
from connectors.events import LocalEvents
from connectors.pressure import Pressure

logger = logging.getLogger(__name__)

IDLE_SECONDS = 2.0  # looks again even if nobody rang: a ring is only a hint
PAUSE_AFTER_FAILURE = 1.0
_BETWEEN_SWEEPS = 0.4  # seconds, however often it rings
INBOX, OUTBOX, BOARD, QUEUE = "inbox", "outbox", "board", "queue"  # what is rung for


def wake(events: LocalEvents, conversation_id: str) -> None:
    """Tells everybody whom a change of a conversation's people concerns."""
    events.ring(conversation_id, OUTBOX, BOARD, QUEUE)


class Sweeping(Protocol):
    """What time moves on."""

    def sweep(self) -> int:
        """Makes every move that is due; how many."""


class Workers:
    """Runs `count` answering loops, one that delivers and one that moves handoffs on, until stopped."""

    def __init__(
        self,
        service: Service,
        outbox: Outbox,
        sweeper: Sweeping,
        events: LocalEvents,
        clock: Clock,
        *,
        pressure: Pressure,
        count: int,
    ) -> None:
        self._service = service
        self._outbox = outbox
        self._sweeper = sweeper
        self._events = events
        self._clock = clock
        self._pressure = pressure
        self._count = count
        self._threads = ThreadPoolExecutor(count + 2, thread_name_prefix="sodan-worker")
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Starts the loops; what waited from before a crash is taken up at once."""
        steps = [*[(self._answer, INBOX)] * self._count, (self._deliver, OUTBOX), (self._sweep, QUEUE)]
        self._tasks = [asyncio.create_task(self._loop(step, name)) for step, name in steps]

    async def stop(self) -> None:
        """Lets the turn under way end, then stops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown)

    async def _loop(self, step: Callable[[], bool], name: str) -> None:
        with self._events.listen(name) as bell:
            while True:
                bell.clear()
                await self._pressure.eased()
                if await self._ran(step):
                    continue
                try:
                    async with asyncio.timeout(IDLE_SECONDS):  # wait_for of Python 3.11 may swallow being cancelled
                        await bell.wait()
                except TimeoutError:
                    continue

    async def _ran(self, step: Callable[[], bool]) -> bool:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, step)
        except StorageUnavailableError as error:
            logger.warning("storage is unavailable, trying again: %s", error)
        except Exception:
            # A loop that died in silence would leave every later message unanswered.
            logger.exception("worker step failed, trying again")
        await asyncio.sleep(PAUSE_AFTER_FAILURE)
        return True

    def _answer(self) -> bool:
        answered = self._service.process() > 0
        if answered:
            self._events.ring(OUTBOX, BOARD, QUEUE)
        return answered

    def _sweep(self) -> bool:
        self._sweeper.sweep()
        time.sleep(_BETWEEN_SWEEPS)
        return False

    def _deliver(self) -> bool:
        """Web deliveries: the message already stands in the log, so delivering is waking who listens for it."""
        deliveries = self._outbox.due(self._clock.now())
        if not deliveries:
            return False
        self._events.ring(*{delivery.conversation_id for delivery in deliveries})
        self._outbox.mark_sent(deliveries, self._clock.now())
        return True
