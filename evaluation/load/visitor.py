"""Somebody at the chat page who asks for a person, waits, and answers every word of the expert."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing

import msgspec
from msgspec import Struct

from evaluation.load.caller import Person, RefusedCallError, new_id
from evaluation.load.marks import Mark, Record, mark_in

QUESTION = "事業承継について専門家に相談したいです"
_ANSWER = "後継者がまだ決まっていません"


class Heard(Struct):
    """A message as the chat page receives it."""

    seq: int
    role: str
    text: str
    action: str | None = None


class Opened(Struct):
    """A new conversation."""

    id: str
    token: str


class Log(Struct):
    """Messages of a conversation."""

    messages: list[Heard]


class Visitor:
    """Number `number` of the visitors; `pause` tells how long somebody writes, in seconds."""

    def __init__(self, number: int, person: Person, record: Record, pause: Callable[[], float]) -> None:
        self.number = number
        self.connected_at: float | None = None  # the wish for a person was acknowledged
        self.queued = asyncio.Event()
        self.is_served = False
        self._person = person
        self._record = record
        self._pause = pause
        self._path = ""
        self._after = {"after": 0}

    async def visit(self) -> None:
        """From the question to the end of the consultation."""
        opened = msgspec.json.decode(await self._person.post("/api/v1/conversations"), type=Opened)
        self._path = f"/api/v1/conversations/{opened.id}"
        self._person.headers["Authorization"] = f"Bearer {opened.token}"
        events = self._person.listen(f"{self._path}/events", self._after)
        async with asyncio.TaskGroup() as group, aclosing(events):
            group.create_task(self._say(0, QUESTION))
            async for event, data in events:
                if event == "message":
                    self._hear(msgspec.json.decode(data, type=Heard), group)
                if self.is_served:
                    return

    async def reread(self) -> None:
        """Reads the whole log, as somebody does who comes back."""
        if self._path:
            log = msgspec.json.decode(await self._person.get(f"{self._path}/messages"), type=Log)
            for message in log.messages:
                mark = mark_in(message.text)
                if mark and mark.author == message.role:  # the bot repeats the question in its own words
                    self._record.logged(mark, self.number)

    def _hear(self, message: Heard, group: asyncio.TaskGroup) -> None:
        self._after["after"] = message.seq
        mark = mark_in(message.text)
        if mark and mark.chat != self.number:
            self._record.shown(mark, self.number, time.perf_counter())  # astray, whoever wrote it
        elif mark and message.role == "expert":
            self._record.shown(mark, self.number, time.perf_counter())
            group.create_task(self._reply(mark.number + 1))
        elif message.action == "handoff":
            group.create_task(self._connect())
        elif message.action == "queued":
            self.queued.set()
        elif message.action == "closed":
            self.is_served = True

    async def _connect(self) -> None:
        await self._person.post(f"{self._path}/messages", {"client_id": new_id(), "action": "connect"})
        self.connected_at = time.perf_counter()

    async def _reply(self, number: int) -> None:
        await self._person.post(f"{self._path}/typing")
        await asyncio.sleep(self._pause())
        await self._say(number, _ANSWER)

    async def _say(self, number: int, words: str) -> None:
        mark = Mark(self.number, "user", number)
        self._record.sent(mark, time.perf_counter())
        try:
            await self._person.post(f"{self._path}/messages", {"client_id": new_id(), "text": f"{words} {mark}"})
        except RefusedCallError:
            return  # counted by the caller
        self._record.acknowledged(mark, time.perf_counter())
