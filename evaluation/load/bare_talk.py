"""The load for the bare chat: messages at a rate to listeners who take turns, timed until each has his."""

import asyncio
import time
from contextlib import aclosing

import msgspec

from evaluation.load.caller import Caller, Person

_SETTLE_SECONDS = 0.5  # for the streams to open, and for the last messages to arrive


async def talk(url: str, listeners: int, rate: float, seconds: float) -> list[float]:
    """Sends `rate` messages a second for so many seconds; the seconds from sending each to its being there."""
    sent: dict[str, float] = {}
    arrived: list[float] = []
    async with Caller() as caller:
        people = [caller.of(url) for _ in range(listeners)]
        listening = [asyncio.create_task(_listen(one, place, sent, arrived)) for place, one in enumerate(people)]
        await asyncio.sleep(_SETTLE_SECONDS)
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                group.create_task(_say(people[number % listeners], number % listeners, str(number), sent))
                await asyncio.sleep(1 / rate)
        await asyncio.sleep(_SETTLE_SECONDS)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return arrived


async def _listen(person: Person, place: int, sent: dict[str, float], arrived: list[float]) -> None:
    async with aclosing(person.listen(f"/events/{place}", {})) as events:
        async for _, data in events:
            arrived.append(time.perf_counter() - sent[msgspec.json.decode(data)["text"]])


async def _say(person: Person, place: int, text: str, sent: dict[str, float]) -> None:
    sent[text] = time.perf_counter()
    await person.post(f"/messages/{place}", {"text": text})
