"""Wakes listeners in all processes through Redis. Never the truth: with Redis gone, everything still arrives, later."""

import asyncio
import contextlib
import json
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

from connectors.events import LocalEvents

logger = logging.getLogger(__name__)

CHANNEL = "sodan:rings"
_TIMEOUT_SECONDS = 2.0
_PAUSE_SECONDS = 1.0


class RedisEvents(LocalEvents):
    """Bells in this process, rung by any process that is connected to the same Redis."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = Redis.from_url(url, socket_connect_timeout=_TIMEOUT_SECONDS)
        self._rung: asyncio.Queue[tuple[str, ...]] = asyncio.Queue(10_000)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts listening and telling."""
        await super().start()
        self._tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._hear())]

    async def stop(self) -> None:
        """Ends both and closes the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    def ring(self, *names: str) -> None:
        """Wakes all listeners of the names, here at once and elsewhere through Redis."""
        super().ring(*names)
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._enqueue, names)

    def _enqueue(self, names: tuple[str, ...]) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # a lost ring only costs time
            self._rung.put_nowait(names)

    async def _tell(self) -> None:
        while True:
            names = set(await self._rung.get())
            while not self._rung.empty():
                names.update(self._rung.get_nowait())
            try:
                await self._redis.publish(CHANNEL, json.dumps(sorted(names)))
            except (RedisError, OSError, TimeoutError) as error:
                logger.warning("Redis cannot be told, others will look by themselves: %s", error)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _hear(self) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        self._ring(tuple(json.loads(message["data"])))
            except (RedisError, OSError, TimeoutError, ValueError) as error:
                logger.warning("Redis cannot be heard, trying again: %s", error)
            await asyncio.sleep(_PAUSE_SECONDS)
