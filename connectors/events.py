"""Wakes who waits for news of a conversation. Only a hint to fetch: a lost ring costs time, never a message."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class LocalEvents:
    """Bells inside one process. `ring` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closing = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Names the event loop in which listeners wait."""
        self._loop = loop

    async def start(self) -> None:
        """Starts what waking needs; nothing inside one process."""

    async def stop(self) -> None:
        """Ends it."""

    @contextmanager
    def listen(self, name: str) -> Iterator[asyncio.Event]:
        """A bell that is rung for `name`; clear it before fetching, then wait."""
        bell = asyncio.Event()
        self._bells[name].add(bell)
        try:
            yield bell
        finally:
            self._bells[name].discard(bell)
            if not self._bells[name]:
                del self._bells[name]

    def ring(self, *names: str) -> None:
        """Wakes all listeners of the names."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring, names)

    def close(self) -> None:
        """Wakes every listener for the last time; they see `closing` and end. May be called from any thread."""
        self.closing = True
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: self._ring(tuple(self._bells)))

    def _ring(self, names: tuple[str, ...]) -> None:
        for name in names:
            for bell in self._bells.get(name, ()):
                bell.set()
