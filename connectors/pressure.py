"""Lets what must not wait go first: LINE gives a webhook a second or two, an answer may come a moment later."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 8  # webhooks under way at once
CALM = 0.02  # seconds since there were many
LONGEST = 1.0  # seconds that others step back at a time: under endless pressure too, some answers are given
_LOOK_EVERY = 0.01


class Pressure:
    """Counts the webhooks under way in this process. For one event loop."""

    def __init__(self) -> None:
        self._under_way = 0
        self._many_at = 0.0

    @contextmanager
    def felt(self) -> Iterator[None]:
        """While this is open, somebody waits for us."""
        self._under_way += 1
        if self._under_way >= MANY:
            self._many_at = time.monotonic()
        try:
            yield
        finally:
            self._under_way -= 1

    async def eased(self) -> None:
        """Returns once there have been few webhooks under way for a moment, and after `LONGEST` at the latest."""
        began = time.monotonic()
        while self._many_at > (now := time.monotonic()) - CALM and now < began + LONGEST:  # noqa: ASYNC110 - a bell for every webhook would cost more than a look
            await asyncio.sleep(_LOOK_EVERY)
