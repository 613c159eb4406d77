"""`POST /line/webhook`: verifies, writes down, answers 200. Nothing else happens inside the request."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.ports import Arrival, Clock, StorageUnavailableError
from connectors.batching import Batcher
from connectors.line.parsing import parse_body, unreadable
from connectors.line.signature import is_signed
from connectors.pressure import Pressure
from connectors.web.problems import ProblemError

logger = logging.getLogger(__name__)

PATH = "/line/webhook"
LARGEST_BODY = 1024 * 1024  # bytes; 100 text events are 38 KB


@dataclass(frozen=True, slots=True)
class LineContext:
    """What the webhook needs; built by the assembly. Without secrets the webhook is closed."""

    secrets: Sequence[str]
    inbox: Batcher[tuple[Arrival, ...]]
    clock: Clock
    pressure: Pressure


class Webhook:
    """ASGI application before the other: who waits for so little is not led through what pages and the API need."""

    def __init__(self, app: ASGIApp, context: LineContext, refusal: Callable[[Exception], Response]) -> None:
        """`refusal` makes the answer to what is raised here."""
        self._app = app
        self._context = context
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes the webhooks, and leaves everything else to the application."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        with self._context.pressure.felt():
            response: ASGIApp = _accepted
            try:
                await self._take(scope, receive)
            except ClientDisconnect:
                return
            except (ProblemError, StorageUnavailableError) as error:
                response = self._refusal(error)
            except Exception as error:
                logger.exception("a webhook failed; LINE delivers it again")
                response = self._refusal(error)
        await response(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        """Stores what LINE delivers, each event once.

        Raises:
            ProblemError: It does not come from LINE, or is too large.
            StorageUnavailableError: It could not be stored; LINE delivers it again.
        """
        context = self._context
        if scope["method"] != "POST":
            raise ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed")
        if not context.secrets:
            raise ProblemError(HTTPStatus.NOT_FOUND, "line-not-configured")
        body = await _body(receive)
        signature = next((value for name, value in scope["headers"] if name == b"x-line-signature"), b"")
        if not is_signed(body, signature.decode("latin-1"), context.secrets):
            logger.warning("LINE webhook with a missing or wrong signature")
            raise ProblemError(HTTPStatus.BAD_REQUEST, "line-signature")
        now = context.clock.now()
        arrivals = parse_body(body, now)
        if arrivals is None:
            logger.error("LINE webhook is signed but not readable; kept raw")
            arrivals = (unreadable(body, now),)
        if arrivals:
            await context.inbox.submit(arrivals)


async def _body(receive: Receive) -> bytes:
    body, is_whole = b"", False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        is_whole = not message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large")
    return body


async def _accepted(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
