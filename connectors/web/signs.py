"""Signs of visitors for the experts, who looks and who writes: gathered for a moment, because every note is a write."""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.ports import Clock, StorageUnavailableError
from connectors.storage.presence import Presence

logger = logging.getLogger(__name__)

BEAT_SECONDS = 15.0  # that somebody looks is noted no more often
GATHER_SECONDS = 0.2  # between two writes


class Signs:
    """The signs that come through this process; `ring` tells the experts of news. For one event loop."""

    def __init__(self, presence: Presence, clock: Clock, ring: Callable[[], None]) -> None:
        self._presence = presence
        self._clock = clock
        self._ring = ring
        self._noted_at: dict[str, float] = {}
        self._looking: set[str] = set()
        self._typing: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def looks(self, conversation_id: str) -> None:
        """The user looks at the conversation."""
        now = time.monotonic()
        if now - self._noted_at.get(conversation_id, -BEAT_SECONDS) >= BEAT_SECONDS:
            self._noted_at[conversation_id] = now
            self._looking.add(conversation_id)
            self._begin()

    def types(self, conversation_id: str) -> None:
        """The user is writing."""
        self._typing.add(conversation_id)
        self._begin()

    async def close(self) -> None:
        """Writes what was gathered."""
        if self._task:
            await self._task

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._looking or self._typing:
            await asyncio.sleep(GATHER_SECONDS)
            looking, typing = sorted(self._looking), sorted(self._typing)
            self._looking, self._typing = set(), set()
            try:
                await asyncio.to_thread(self._presence.users_show, looking, typing, self._clock.now())
            except StorageUnavailableError as error:
                logger.warning("signs of visitors could not be noted: %s", error)  # the next one is another chance
            if typing:
                self._ring()
        now = time.monotonic()
        self._noted_at = {one: at for one, at in self._noted_at.items() if now - at < BEAT_SECONDS}
