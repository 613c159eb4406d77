"""Who can wait steps back for webhooks, but not for ever."""

import asyncio
import time
from contextlib import ExitStack

from connectors.pressure import LONGEST, MANY, Pressure


async def waited(pressure: Pressure) -> float:
    began = time.monotonic()
    await pressure.eased()
    return time.monotonic() - began


def test_with_few_webhooks_nobody_steps_back() -> None:
    async def scene() -> float:
        pressure = Pressure()
        with ExitStack() as stack:
            for _ in range(MANY - 1):
                stack.enter_context(pressure.felt())
            return await waited(pressure)

    assert asyncio.run(scene()) < LONGEST / 2


def test_with_many_webhooks_others_wait_until_these_are_gone() -> None:
    async def scene() -> tuple[bool, float]:
        pressure = Pressure()
        with ExitStack() as stack:
            for _ in range(MANY):
                stack.enter_context(pressure.felt())
            stepping_back = asyncio.create_task(waited(pressure))
            await asyncio.sleep(0)
            was_done = stepping_back.done()
        return was_done, await stepping_back

    was_done, seconds = asyncio.run(scene())
    assert not was_done
    assert seconds < LONGEST / 2


def test_under_endless_pressure_others_get_their_turn() -> None:
    async def scene() -> float:
        pressure = Pressure()

        async def press() -> None:
            with ExitStack() as stack:
                for _ in range(MANY):
                    stack.enter_context(pressure.felt())
                while True:
                    with pressure.felt():
                        await asyncio.sleep(0.001)

        pressing = asyncio.create_task(press())
        await asyncio.sleep(0.01)
        seconds = await waited(pressure)
        pressing.cancel()
        return seconds

    assert LONGEST * 0.9 < asyncio.run(scene()) < LONGEST * 5
