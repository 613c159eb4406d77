"""`POST /line/webhook`: verifies, writes down, answers 200. Nothing else happens inside the request."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from bot.ports import Arrival, Clock, Conversations
from connectors.batching import Batcher
from connectors.events import LocalEvents
from connectors.line.parsing import parse_body, unreadable
from connectors.line.signature import is_signed
from connectors.web.problems import ProblemError
from connectors.workers import INBOX

logger = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024  # bytes; 100 text events are 38 KB

router = APIRouter()


@dataclass(frozen=True, slots=True)
class LineContext:
    """What the webhook needs; built by the assembly. Without secrets the webhook is closed."""

    secrets: Sequence[str]
    inbox: Batcher[tuple[Arrival, ...]]
    events: LocalEvents
    clock: Clock


def batching_inbox(conversations: Conversations, clock: Clock) -> Batcher[tuple[Arrival, ...]]:
    """Stores what webhooks bring: those that come while a commit is under way share the next one."""

    def store(webhooks: Sequence[tuple[Arrival, ...]]) -> None:
        conversations.arrive([arrival for arrivals in webhooks for arrival in arrivals], clock.now())

    return Batcher(store, "sodan-arrive")


@router.post("/line/webhook")
async def webhook(request: Request) -> Response:
    """Stores what LINE delivers, each event once. 400 without a valid signature, 5xx where it cannot be stored."""
    context: LineContext = request.app.state.line
    if not context.secrets:
        raise ProblemError(HTTPStatus.NOT_FOUND, "line-not-configured")
    body = await request.body()
    if not is_signed(body, request.headers.get("x-line-signature", ""), context.secrets):
        logger.warning("LINE webhook with a missing or wrong signature")
        raise ProblemError(HTTPStatus.BAD_REQUEST, "line-signature")
    now = context.clock.now()
    arrivals = parse_body(body, now)
    if arrivals is None:
        logger.error("LINE webhook is signed but not readable; kept raw")
        arrivals = (unreadable(body, now),)
    if arrivals:
        await context.inbox.submit(arrivals)
        context.events.ring(INBOX)
    return Response()
