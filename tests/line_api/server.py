"""The server: a thread with its own event loop that answers, or fails as scripted."""

import asyncio
import contextlib
import threading
import uuid
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from tests.line_api import events, routes
from tests.line_api.account import Account, Delivery
from tests.line_api.faults import Fault, Faults
from tests.line_api.http import Request, Response, read_request

REMEMBERED = 100_000  # requests


class FakeLine:
    """LINE's Messaging API on loopback. Start and stop it as often as needed: the port and the account stay."""

    def __init__(self, account: Account | None = None, **settings: Any) -> None:
        self.account = account or Account(**settings)
        self.requests: deque[Request] = deque(maxlen=REMEMBERED)
        self._faults = Faults()
        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """What to give as `Configuration(host=...)`."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Listens; returns once it does."""
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), name="fake-line", daemon=True)
        self._thread.start()
        if not started.wait(10):
            raise TimeoutError("the fake LINE API did not start")
        return self

    def stop(self) -> None:
        """Closes everything, whatever hangs in it."""
        if self._loop and self._stopping and self._thread:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(10)
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # What tests say and ask

    def script(self, path: str, *faults: Fault | None) -> None:
        """The next requests to `path` (with `*` for anything) meet these in turn; None means nothing."""
        self._faults.script(path, faults)

    def script_all(self, path: str, faults: Iterable[Fault | None]) -> None:
        """The same for any iterable, endless ones included."""
        self._faults.script(path, faults)

    def always(self, path: str, fault: Fault | None) -> None:
        """Every request to `path` meets this from now on."""
        self._faults.always(path, fault)

    def delivered(self, chat: str) -> tuple[Delivery, ...]:
        """What a chat received, in order."""
        return self.account.delivered(chat)

    def sent_to(self, path: str) -> list[Request]:
        """The requests that came to a path."""
        return [request for request in tuple(self.requests) if request.path == path]

    def issue(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event as LINE would post it now: with this moment's timestamp and a reply token that works."""
        now = self.account.clock.now()
        token = self.account.issue_token(events.chat_of(event), event["webhookEventId"], now)
        return {**event, "timestamp": events.milliseconds(now), "replyToken": token}

    def redeliver(self, event: dict[str, Any]) -> dict[str, Any]:
        """The same event posted once more now; its token works anew within LINE's rules."""
        if "replyToken" in event:
            self.account.redeliver_token(event["replyToken"])
        return events.redelivered(event)

    # The server

    async def _run(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, limit=2**20, backlog=1024)
        self._port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stopping.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while (request := await read_request(reader)) and await self._answer(request, reader, writer):
                    pass
        finally:
            writer.transport.abort()

    async def _answer(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; False where the connection ends."""
        self.requests.append(request)
        request_id = str(uuid.uuid4())
        fault = self._faults.next(request.path) or Fault(accept=True)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        true = await self._handle(request, request_id) if fault.accept else None
        response = fault.response or true
        if fault.end == "hang":
            await reader.read()  # until the caller gives up
        if fault.end != "answer" or response is None:
            return False
        writer.write(response.wire(request_id))
        await writer.drain()
        return True

    async def _handle(self, request: Request, request_id: str) -> Response:
        if routes.waits(request):
            return await asyncio.to_thread(routes.handle, self.account, request, request_id)
        return routes.handle(self.account, request, request_id)
