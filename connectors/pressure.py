"""Lets what must not wait go first: LINE gives a webhook a second or two, an answer may come a moment later."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 8  # webhooks under way at once
LONGEST = 0.3  # seconds that others step back at a time: under endless pressure too, some answers are given
_LOOK_EVERY = 0.01


class Pressure:
    """Counts the webhooks under way in this process. For one event loop."""

    def __init__(self) -> None:
        self._under_way = 0

    @contextmanager
    def felt(self) -> Iterator[None]:
        """While this is open, somebody waits for us."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def eased(self) -> None:
        """Returns once there are few webhooks under way, and after `LONGEST` at the latest."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST
        while self._under_way >= MANY and loop.time() < deadline:  # noqa: ASYNC110 - a bell for every webhook would cost more than a look
            await asyncio.sleep(_LOOK_EVERY)
