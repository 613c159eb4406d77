"""Keeps one picture of the board for all experts of a process, renewed when somebody rings or time goes by."""

import asyncio
import contextlib
import datetime
import logging
from collections.abc import AsyncIterator, Mapping

from msgspec import Struct, structs

from bot.ports import Clock, Hours, StorageUnavailableError
from connectors.console.board import Board, Snapshot
from connectors.console.hours import hours_now
from connectors.events import LocalEvents
from connectors.people.model import User
from connectors.storage.people import SqlPeople
from connectors.workers import BOARD

logger = logging.getLogger(__name__)

EVERY_SECONDS = 2.0  # what changes by itself: who is typing, who is there
FIRST_SECONDS = 5.0  # for the first picture
AT_LEAST_SECONDS = 0.2  # between two pictures, however often it rings


class Picture(Struct, frozen=True):
    """The board, the people and the hours (as the page shows them) at a moment."""

    board: Snapshot
    people: Mapping[str, User]
    hours: Mapping[str, object]
    at: datetime.datetime


class BoardWatcher:
    """Reads the board while somebody looks at it."""

    def __init__(self, board: Board, people: SqlPeople, hours: Hours, events: LocalEvents, clock: Clock) -> None:
        self._board = board
        self._people = people
        self._hours = hours
        self._events = events
        self._clock = clock
        self._watching = 0
        self._renewed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self.picture = Picture(Snapshot({}, {}), {}, {}, clock.now())
        self.version = 0

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While this is open, the picture is kept fresh; it is fresh when this begins."""
        self._watching += 1
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._watch())
                await self.newer(self.version, FIRST_SECONDS)
            yield
        finally:
            self._watching -= 1

    async def newer(self, version: int, seconds: float) -> bool:
        """Waits for a picture newer than `version`; False where none came in time."""
        try:
            async with asyncio.timeout(seconds), self._renewed:
                await self._renewed.wait_for(lambda: self.version > version or self._events.closing)
        except TimeoutError:
            return False
        return self.version > version

    async def stop(self) -> None:
        """Ends the watching."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        with self._events.listen(BOARD) as bell:
            while self._watching and not self._events.closing:
                bell.clear()
                await self._renew()
                await asyncio.sleep(AT_LEAST_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_SECONDS):
                        await bell.wait()
        async with self._renewed:
            self._renewed.notify_all()

    async def _renew(self) -> None:
        try:
            picture = await asyncio.to_thread(self._read)
        except StorageUnavailableError as error:
            logger.warning("the board cannot be read, trying again: %s", error)
            return
        async with self._renewed:
            self.picture = picture
            self.version += 1
            self._renewed.notify_all()

    def _read(self) -> Picture:
        now, known = self._clock.now(), self.picture.board.rows
        people = {user.id: user for user in self._people.all()}
        board = self._board.snapshot(now)
        # What has not changed stays the same object: who compares it for every expert sees that at once.
        rows = {number: known[number] if known.get(number) == row else row for number, row in board.rows.items()}
        return Picture(structs.replace(board, rows=rows), people, hours_now(self._hours.load(), now), now)
