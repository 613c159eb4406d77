"""Puts what comes in while a step is under way into one next step: group commit, as databases do it for one disk."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from bot.ports import Arrival, Clock, Conversations, StorageUnavailableError

Item = TypeVar("Item")


class Batcher(Generic[Item]):
    """Runs `work` on batches, in order, in a thread of its own that nothing else can keep busy.

    Alone, an item is worked on at once; under load a batch grows to what came while the last one was under way.
    """

    def __init__(
        self, work: Callable[[Sequence[Item]], object], name: str, *, most: int = 100, linger: float = 0.0
    ) -> None:
        """`work` takes 1 to `most` items and does all of them or none; `linger` seconds are left between two batches."""
        self._work = work
        self._linger = linger
        self._most = most
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> None:
        """Returns once `item` was worked on; raises what `work` raised for it."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        await done

    async def close(self) -> None:
        """Ends what is under way."""
        if self._task:
            await self._task
        await asyncio.to_thread(self._thread.shutdown)

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            error = await self._tried([item for item, _ in batch])
            if error and len(batch) > 1 and not isinstance(error, StorageUnavailableError):
                # One item may be what cannot be done: its neighbours must not suffer for it.
                for item, done in batch:
                    _settle(done, await self._tried([item]))
            else:
                for _, done in batch:
                    _settle(done, error)
            await asyncio.sleep(self._linger)

    async def _tried(self, items: Sequence[Item]) -> Exception | None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._work, items)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
            return error
        return None


def batching_inbox(
    conversations: Conversations, clock: Clock, ring: Callable[[], None]
) -> Batcher[tuple[Arrival, ...]]:
    """Stores what webhooks bring: those that come while a commit is under way share the next one, and the `ring`."""

    def store(webhooks: Sequence[tuple[Arrival, ...]]) -> None:
        conversations.arrive([arrival for arrivals in webhooks for arrival in arrivals], clock.now())
        ring()

    return Batcher(store, "sodan-arrive")


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():  # who waited has gone
        return
    if error:
        done.set_exception(error)
    else:
        done.set_result(None)
