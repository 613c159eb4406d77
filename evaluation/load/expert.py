"""Somebody at the console: holds the live board, takes up what is assigned, talks, closes, takes the next."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import aclosing

import msgspec
from msgspec import Struct

from evaluation.load.caller import Person, RefusedCallError, new_id
from evaluation.load.marks import Mark, Record, mark_in

_API = "/api/v1/console"
_WORDS = "ご相談ありがとうございます。もう少し詳しく教えてください"


class Holder(Struct):
    """Who has a chat."""

    id: str


class Row(Struct):
    """A chat on the board."""

    id: int
    status: str
    question: str
    last_seq: int
    assigned_to: Holder | None


class Board(Struct):
    """What the live board tells."""

    rows: list[Row]


class User(Struct):
    """Who is logged in."""

    id: str
    capacity: int


class Session(Struct):
    """A log-in."""

    user: User
    csrf: str


class Line(Struct):
    """A message on the expert's screen."""

    seq: int
    role: str
    text: str


class Lines(Struct):
    """Messages of a chat."""

    messages: list[Line]
    last_seq: int


class Expert:
    """`pause` tells how long somebody writes, in seconds; each chat takes so many `exchanges`.

    `connected` tells when the wish of a visitor was acknowledged; `waits` holds for each chat the seconds from that,
    or from the moment this expert had room for it, until the board showed it as assigned.
    """

    def __init__(
        self,
        person: Person,
        record: Record,
        pause: Callable[[], float],
        exchanges: int,
        connected: Callable[[int], float | None],
    ) -> None:
        self.waits: list[float] = []
        self._person = person
        self._record = record
        self._pause = pause
        self._exchanges = exchanges
        self._connected = connected
        self._id = ""
        self._rooms: deque[float] = deque()
        self._early = 0  # chats that the board showed before the end of the last one was acknowledged
        self._chats: dict[int, _Chat] = {}

    async def log_in(self, name: str, password: str) -> None:
        """Opens a session."""
        answer = await self._person.post(f"{_API}/login", {"name": name, "password": password})
        session = msgspec.json.decode(answer, type=Session)
        self._person.headers["X-CSRF-Token"] = session.csrf
        self._id = session.user.id
        self._rooms.extend([time.perf_counter()] * session.user.capacity)

    async def work(self) -> None:
        """Serves whoever is assigned, until cancelled."""
        async with asyncio.TaskGroup() as group, aclosing(self._person.listen(f"{_API}/events", {})) as events:
            async for event, data in events:
                rows = msgspec.json.decode(data, type=Board).rows if event == "board" else []
                for row in rows:
                    if row.assigned_to and row.assigned_to.id == self._id:
                        self._see(row, group)

    def _see(self, row: Row, group: asyncio.TaskGroup) -> None:
        if chat := self._chats.get(row.id):
            chat.hint(row.last_seq)
        elif row.status == "assigned" and (mark := mark_in(row.question)):
            self._note_wait(mark.chat)
            chat = self._chats[row.id] = _Chat(row.id, mark.chat, self._person, self._record)
            group.create_task(self._serve(chat))

    def _note_wait(self, number: int) -> None:
        now, connected_at = time.perf_counter(), self._connected(number)
        self._early += not self._rooms
        since = self._rooms.popleft() if self._rooms else now
        self.waits.append(now - max(since, now if connected_at is None else connected_at))

    async def _serve(self, chat: "_Chat") -> None:
        try:
            await chat.begin()
            for number in range(self._exchanges):
                await chat.say(number, self._pause())
                await chat.hears(number + 1)
            await chat.end()
        except RefusedCallError:
            return  # counted by the caller
        if self._early:
            self._early -= 1  # that room was taken before it was counted
        else:
            self._rooms.append(time.perf_counter())


class _Chat:
    """A chat on the screen: fetched whenever the board hints at something new, as the page does."""

    def __init__(self, handoff_id: int, number: int, person: Person, record: Record) -> None:
        self._number = number
        self._person = person
        self._record = record
        self._path = f"{_API}/handoffs/{handoff_id}"
        self._hinted = self._fetched = 0
        self._bell = asyncio.Event()
        self._heard: set[int] = set()

    def hint(self, last_seq: int) -> None:
        """The board says that there are messages up to `last_seq`."""
        if last_seq > self._hinted:
            self._hinted = last_seq
            self._bell.set()

    async def begin(self) -> None:
        await self._person.post(f"{self._path}/claim")
        await self._show(await self._person.get(self._path))

    async def say(self, number: int, pause: float) -> None:
        await self._person.post(f"{self._path}/typing")
        await asyncio.sleep(pause)
        mark = Mark(self._number, "expert", number)
        self._record.sent(mark, time.perf_counter())
        await self._person.post(f"{self._path}/messages", {"client_id": new_id(), "text": f"{_WORDS} {mark}"})
        self._record.acknowledged(mark, time.perf_counter())

    async def hears(self, number: int) -> None:
        """Waits until the user's message `number` is on the screen."""
        while number not in self._heard:
            if self._hinted <= self._fetched:
                self._bell.clear()
                await self._bell.wait()
            await self._show(await self._person.get(f"{self._path}/messages?after={self._fetched}"))

    async def end(self) -> None:
        await self._person.post(f"{self._path}/close", {"category": "solved"})

    async def _show(self, answer: bytes) -> None:
        lines = msgspec.json.decode(answer, type=Lines)
        now, is_news = time.perf_counter(), False
        self._fetched = max(self._fetched, lines.last_seq)
        for line in lines.messages:
            mark = mark_in(line.text)
            if mark and mark.chat != self._number:
                self._record.shown(mark, self._number, now)  # astray, whoever wrote it
            elif mark and line.role == "user":
                self._record.shown(mark, self._number, now)
                self._heard.add(mark.number)
                is_news = True
        if is_news:
            await self._person.post(f"{self._path}/read", {"seq": lines.last_seq})
