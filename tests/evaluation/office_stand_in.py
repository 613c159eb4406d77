"""A small stand-in for the chat with experts, which does wrong what a test tells it to: the load has to notice.

One expert with room for one chat at a time. A test changes `Office` by overriding what it does with each message.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Body = dict[str, Any]


@dataclass
class Chat:
    """A conversation: its log, and what is waiting to be streamed to the visitor."""

    number: int
    log: list[Body] = field(default_factory=list)
    stored: dict[str, Body] = field(default_factory=dict)
    stream: "asyncio.Queue[Body]" = field(default_factory=asyncio.Queue)
    status: str = "open"

    def add(self, role: str, text: str, action: str = "") -> Body:
        """The message, now in the log."""
        self.log.append({"seq": len(self.log) + 1, "role": role, "text": text, "action": action or None})
        return self.log[-1]


class Office:
    """Faithful, unless a subclass is not."""

    assigning = 0.0  # seconds from having room until the board shows an assignment
    acknowledging = 0.0  # seconds from storing a visitor's words until they are acknowledged

    def __init__(self) -> None:
        self.chats: list[Chat] = []
        self.boards: asyncio.Queue[None] = asyncio.Queue()
        self.bodies: list[Body] = []

    def shown_to_visitor(self, chat: Chat, message: Body) -> Iterable[tuple[Chat, Body]]:
        """Into which streams an expert's words go."""
        return [(chat, message)]

    def shown_to_expert(self, _chat: Chat, messages: list[Body]) -> list[Body]:
        """What the console answers when it is asked for new messages."""
        return messages

    def logged(self, chat: Chat) -> list[Body]:
        """What the visitor reads who comes back."""
        return chat.log

    def refuses(self, _request: web.Request, _body: Body) -> int:
        """The status that a message is refused with before it is stored; 0: it is taken."""
        return 0

    def others(self, chat: Chat) -> list[Chat]:
        """All other conversations."""
        return [one for one in self.chats if one is not chat]

    # The visitor's side

    async def open(self, _request: web.Request) -> web.Response:
        self.chats.append(Chat(len(self.chats)))
        return web.json_response({"id": str(len(self.chats) - 1), "token": "t"}, status=201)

    async def events(self, request: web.Request) -> web.StreamResponse:
        chat, response = self._chat(request), web.StreamResponse()
        await response.prepare(request)
        while True:
            event = f"event: message\ndata: {json.dumps(await chat.stream.get())}\n\n"
            await response.write(event.encode())

    async def say(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await request.json()
        self.bodies.append(body)
        if status := self.refuses(request, body):
            return web.json_response({}, status=status)
        if body["client_id"] not in chat.stored:
            chat.stored[body["client_id"]] = chat.add("user", body.get("text", ""), body.get("action", ""))
            self._react(chat, body)
        await asyncio.sleep(self.acknowledging)
        return web.json_response({}, status=201)

    async def log(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": self.logged(self._chat(request))})

    def _react(self, chat: Chat, body: Body) -> None:
        if body.get("action") == "connect":
            chat.status = "queued"
            chat.stream.put_nowait(chat.add("bot", "", "queued"))
        elif chat.status == "open":
            chat.stream.put_nowait(chat.add("bot", "", "handoff"))
        self.boards.put_nowait(None)

    # The expert's side

    async def log_in(self, _request: web.Request) -> web.Response:
        asyncio.get_running_loop().call_later(self.assigning, self.assign)
        return web.json_response({"user": {"id": "u1", "capacity": 1}, "csrf": "c"})

    def assign(self) -> None:
        """Gives the next one who waits."""
        if queued := [chat for chat in self.chats if chat.status == "queued"]:
            min(queued, key=lambda chat: str(chat.log[0]["text"])).status = "assigned"  # they may arrive in any order
            self.boards.put_nowait(None)

    async def board(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            rows = [self._row(chat) for chat in self.chats if chat.status in {"queued", "assigned", "active"}]
            await response.write(f"event: board\ndata: {json.dumps({'rows': rows})}\n\n".encode())
            await self.boards.get()

    def _row(self, chat: Chat) -> Body:
        holder = None if chat.status == "queued" else {"id": "u1"}
        asked = {"question": chat.log[0]["text"], "last_seq": len(chat.log)}
        return {"id": chat.number, "status": chat.status, "assigned_to": holder, **asked}

    async def claim(self, request: web.Request) -> web.Response:
        self._chat(request).status = "active"
        return web.json_response({})

    async def show(self, request: web.Request) -> web.Response:
        chat, after = self._chat(request), int(request.query.get("after", 0))
        shown = self.shown_to_expert(chat, chat.log[after:])
        return web.json_response({"messages": shown, "last_seq": len(chat.log)})

    async def reply(self, request: web.Request) -> web.Response:
        chat, body = self._chat(request), await request.json()
        if status := self.refuses(request, body):
            return web.json_response({}, status=status)
        for other, message in self.shown_to_visitor(chat, chat.add("expert", body["text"])):
            other.stream.put_nowait(message)
        return web.json_response({}, status=201)

    async def close(self, request: web.Request) -> web.Response:
        chat = self._chat(request)
        chat.status = "closed"
        chat.stream.put_nowait(chat.add("system", "", "closed"))
        asyncio.get_running_loop().call_later(self.assigning, self.assign)
        return web.json_response({})

    async def nothing(self, _request: web.Request) -> web.Response:
        return web.json_response({})

    def _chat(self, request: web.Request) -> Chat:
        return self.chats[int(request.match_info["chat"])]


@asynccontextmanager
async def serving(*routes: web.RouteDef, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """A real server on loopback with these routes; its address."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def routes_of(office: Office) -> list[web.RouteDef]:
    """The part of the API that the load calls."""
    visitor, console = "/api/v1/conversations", "/api/v1/console"
    chat, handoff = f"{visitor}/{{chat}}", f"{console}/handoffs/{{chat}}"
    return [
        web.post(visitor, office.open),
        web.get(f"{chat}/events", office.events),
        web.post(f"{chat}/messages", office.say),
        web.get(f"{chat}/messages", office.log),
        web.post(f"{chat}/typing", office.nothing),
        web.post(f"{console}/login", office.log_in),
        web.get(f"{console}/events", office.board),
        web.post(f"{handoff}/claim", office.claim),
        web.get(handoff, office.show),
        web.get(f"{handoff}/messages", office.show),
        web.post(f"{handoff}/messages", office.reply),
        web.post(f"{handoff}/read", office.nothing),
        web.post(f"{handoff}/typing", office.nothing),
        web.post(f"{handoff}/close", office.close),
    ]
