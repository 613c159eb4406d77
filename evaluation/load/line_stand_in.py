"""A small, fast stand-in for LINE's Messaging API: raw asyncio HTTP on 127.0.0.1 that takes replies and pushes.

Knows what decides between once and twice (reply tokens that work once and for a minute, retry keys) and fails as told.
The fake LINE of the tests knows far more, and is far slower. Source: LINE reference, "Send reply message", "Retry keys".
"""

import asyncio
import enum
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Self

ACCESS_TOKEN = "access-token-of-the-load"  # noqa: S105 - of our own stand-in
TOKEN_LIFETIME = 60.0  # seconds from the last delivery of the webhook
LARGEST_BODY = 2 * 1024 * 1024  # bytes
_REPLY, _PUSH, _LOADING = "/v2/bot/message/reply", "/v2/bot/message/push", "/v2/bot/chat/loading/start"
_END_OF_HEAD = b"\r\n\r\n"


class Fault(enum.Enum):
    """How a call goes wrong."""

    REFUSED = enum.auto()  # 500, and nothing was accepted
    ACCEPTED = enum.auto()  # 500, though it was accepted
    DROPPED = enum.auto()  # accepted, then the connection ends without a word


@dataclass(frozen=True, slots=True)
class Answer:
    """What a user received by one call, and when (`time.perf_counter`); a push does not say which event it answers."""

    user: str
    event_id: str
    via: Literal["reply", "push"]
    at: float
    body: bytes

    def words(self) -> str:
        """All texts of its messages."""
        messages = json.loads(self.body)["messages"]
        return "\n".join(str(message.get("text", "")) for message in messages)


@dataclass(slots=True)
class _Token:
    user: str
    event_id: str
    delivered_at: float
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class LineStandIn:
    """Start it in the event loop that also makes the load: both read the same clock."""

    def __init__(self, access_token: str = ACCESS_TOKEN, faults: Callable[[], Fault | None] = lambda: None) -> None:
        """`faults` is asked at every reply and push."""
        self.access_token = access_token
        self.answers: list[Answer] = []
        self.statuses: Counter[int] = Counter()
        self.dropped = 0
        self.on_answer: Callable[[Answer], None] = lambda _answer: None
        self.url = ""
        self._faults = faults
        self._tokens: dict[str, _Token] = {}
        self._accepted: set[str] = set()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Transport] = set()

    async def __aenter__(self) -> Self:
        """Listens on a free port of 127.0.0.1."""
        make = lambda: _Connection(self._handle, self._connections)  # noqa: E731 - asyncio wants a callable
        self._server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Closes every connection."""
        if self._server:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()

    def issue_token(self, user: str, event_id: str) -> str:
        """A reply token for an event whose webhook is posted now."""
        token = uuid.uuid4().hex
        self._tokens[token] = _Token(user, event_id, time.perf_counter())
        return token

    def redeliver(self, token: str) -> None:
        """The webhook with this token is posted again now: it lives for another minute."""
        self._tokens[token].delivered_at = time.perf_counter()

    def _handle(self, request: _Request) -> bytes | None:
        """The bytes to answer a request with; None where the connection ends instead."""
        fault = self._faults() if request.path in {_REPLY, _PUSH} else None
        status, content = (500, "{}") if fault is Fault.REFUSED else self._answered(request)
        if fault is Fault.DROPPED:
            self.dropped += 1
            return None
        if fault is Fault.ACCEPTED:
            status = 500
        self.statuses[status] += 1
        return _wire(status, content)

    def _answered(self, request: _Request) -> tuple[int, str]:
        if request.headers.get("authorization") != f"Bearer {self.access_token}":
            return 401, '{"message": "Authentication failed."}'
        match request.method, request.path:
            case "POST", path if path == _REPLY:
                return self._reply(request)
            case "POST", path if path == _PUSH:
                return self._push(request)
            case "POST", path if path == _LOADING:
                return 202, "{}"
        return 404, '{"message": "Not found"}'

    def _reply(self, request: _Request) -> tuple[int, str]:
        found = self._tokens.get(json.loads(request.body)["replyToken"])
        now = time.perf_counter()
        if found is None or found.is_used or now - found.delivered_at > TOKEN_LIFETIME:
            return 400, '{"message": "Invalid reply token"}'
        found.is_used = True
        return self._received(Answer(found.user, found.event_id, "reply", now, request.body))

    def _push(self, request: _Request) -> tuple[int, str]:
        key = request.headers.get("x-line-retry-key", "")
        if key in self._accepted:
            return 409, '{"message": "The retry key is already accepted"}'
        if key:
            self._accepted.add(key)
        return self._received(Answer(json.loads(request.body)["to"], "", "push", time.perf_counter(), request.body))

    def _received(self, answer: Answer) -> tuple[int, str]:
        self.answers.append(answer)
        self.on_answer(answer)
        return 200, '{"sentMessages": [{"id": "1", "quoteToken": "q"}]}'


def random_faults(share: float, seed: int) -> Callable[[], Fault | None]:
    """Every kind of fault in turn of chance, in this share of the calls."""
    chance = random.Random(seed)  # noqa: S311 - load, no secret
    kinds = tuple(Fault)
    return lambda: chance.choice(kinds) if chance.random() < share else None


class _Connection(asyncio.Protocol):
    """One connection that is kept open: requests in, answers out, in order."""

    def __init__(self, handle: Callable[[_Request], bytes | None], connections: set[asyncio.Transport]) -> None:
        self._handle = handle
        self._connections = connections
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - tells the type: TCP gives this one
        self._transport = transport
        self._connections.add(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._next()) is not None:
            answer = self._handle(request)
            if answer is None:
                self._transport.abort()
                return
            self._transport.write(answer)

    def _next(self) -> _Request | None:
        """Takes a whole request out of the buffer, once it is there."""
        end = self._buffer.find(_END_OF_HEAD)
        if end < 0:
            return None
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        start = end + len(_END_OF_HEAD)
        size = int(headers.get("content-length", 0))
        if size > LARGEST_BODY:
            self._transport.abort()
            return None
        if len(self._buffer) < start + size:
            return None
        body = bytes(self._buffer[start : start + size])
        del self._buffer[: start + size]
        method, path, _ = first.split(" ", 2)
        return _Request(method, path, headers, body)


def _wire(status: int, content: str) -> bytes:
    body = content.encode()
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
    return f"{head}X-Line-Request-Id: {uuid.uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
