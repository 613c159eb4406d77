"""The conversation API: open, say, fetch, listen; and the stateless questions `ask` and `suggest`."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from bot.asking import ask
from bot.conversation import Utterance
from bot.engine import Engine
from bot.handoff import Owner
from bot.ports import Clock, Conversations, Hours, Message
from bot.service import LONGEST_TEXT, Service, TextTooLongError
from bot.specialities import SPECIALITIES
from connectors.events import LocalEvents
from connectors.storage.mailing import Addresses
from connectors.storage.visiting import Status, Visiting
from connectors.web.problems import ProblemError
from connectors.web.schemas import (
    MessageOut,
    Messages,
    Opened,
    Question,
    Receipt,
    Sent,
    StatusOut,
    Stored,
    Suggestion,
    Suggestions,
    TextsOut,
)
from connectors.web.signs import Signs
from connectors.workers import INBOX
from knowledge.text.normalize import join_surrogates

HEARTBEAT_SECONDS = 15.0
GATHER_SECONDS = 0.03  # one thing that happens rings more than once
# Until a stream looks again although nobody rang: a place in the queue and the end of typing come silently.
LOOK_AGAIN_SECONDS = MappingProxyType[Owner, float]({"bot": 15.0, "promise": 15.0, "queue": 10.0, "expert": 5.0})
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_After = Annotated[int, Query(ge=0)]


@dataclass(frozen=True, slots=True)
class WebContext:
    """What the routes need; built by the assembly and kept on the application."""

    engine: Engine
    service: Service
    conversations: Conversations
    events: LocalEvents
    clock: Clock
    visiting: Visiting
    signs: Signs
    hours: Hours
    addresses: Addresses
    mails: bool  # whether there is a server to mail answers with

    def status(self, conversation_id: str) -> Status:
        """How the conversation stands with people."""
        return self.visiting.status(conversation_id, self.hours.load(), self.clock.now())

    def look(self, conversation_id: str, after: int) -> tuple[tuple[Message, ...], Status]:
        """What came after message `after`, and how the conversation stands."""
        return self.visiting.look(conversation_id, after, self.hours.load(), self.clock.now())


async def _context(request: Request) -> WebContext:
    context: WebContext = request.app.state.web
    return context


Context = Annotated[WebContext, Depends(_context)]
router = APIRouter(prefix="/api/v1")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _own(conversation_id: str, context: Context, authorization: Annotated[str, Header()] = "") -> str:
    """The conversation id, once the bearer token has proven to be its own."""
    stored = context.conversations.token_hash(conversation_id)
    if stored is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "conversation-not-found")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(stored, _hashed(token.strip())):
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "token-invalid")
    return conversation_id


Own = Annotated[str, Depends(_own)]


@router.post("/conversations", status_code=HTTPStatus.CREATED)
def open_conversation(context: Context) -> Opened:
    """Opens a conversation; called at the first message, not when a page is looked at."""
    token = secrets.token_urlsafe(32)
    return Opened(id=context.conversations.open("web", _hashed(token), context.clock.now()), token=token)


@router.post("/conversations/{conversation_id}/messages", status_code=HTTPStatus.CREATED)
def say(conversation_id: Own, sent: Sent, response: Response, context: Context) -> Stored:
    """Stores what a visitor says, once per `client_id`; the answer arrives through the events."""
    utterance = Utterance(text=join_surrogates(sent.text or ""), action=join_surrogates(sent.action or ""))
    receipt = context.service.receive(conversation_id, sent.client_id, utterance)
    context.events.ring(INBOX, conversation_id)
    if receipt.duplicate:
        response.status_code = HTTPStatus.OK
    return Stored(message=MessageOut.of(receipt.message))


@router.get("/conversations/{conversation_id}/messages")
def messages(conversation_id: Own, context: Context, after: _After = 0) -> Messages:
    """What came after message `after`."""
    return _page(context.conversations.messages(conversation_id, after), after)


@router.get("/conversations/{conversation_id}/events", response_model=None)
async def events(
    conversation_id: Own, context: Context, after: _After = 0, wait: Annotated[float, Query(ge=0, le=60)] = 0
) -> StreamingResponse | Messages:
    """The same, live: a stream of server-sent events, or with `wait` a long poll."""
    if wait:
        return await _long_poll(context, conversation_id, after, wait)
    stream = _stream(context, conversation_id, after)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM_HEADERS)


async def _long_poll(context: WebContext, conversation_id: str, after: int, wait: float) -> Messages:
    with context.events.listen(conversation_id) as bell:
        found = await asyncio.to_thread(context.conversations.messages, conversation_id, after)
        if not found and not context.events.closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await bell.wait()
            found = await asyncio.to_thread(context.conversations.messages, conversation_id, after)
    status = await asyncio.to_thread(context.status, conversation_id)
    if status.owner != "bot":
        context.signs.looks(conversation_id)
    page = _page(found, after)
    return page.model_copy(update={"status": StatusOut.of(status)})


async def _stream(context: WebContext, conversation_id: str, after: int) -> AsyncIterator[bytes]:
    told: Status | None = None
    silent = 0.0
    with context.events.listen(conversation_id) as bell:
        yield format_sse_event(comment="open")
        while not context.events.closing:
            bell.clear()
            found, status = await asyncio.to_thread(context.look, conversation_id, after)
            if status.owner != "bot":
                context.signs.looks(conversation_id)
            for message in found:
                after = message.seq
                yield _frame(message)
            if status != told:
                told = status
                yield format_sse_event(data_str=msgspec.json.encode(status).decode(), event="status")
            pause = LOOK_AGAIN_SECONDS[status.owner]
            try:
                async with asyncio.timeout(pause):
                    await bell.wait()
                await asyncio.sleep(GATHER_SECONDS)
                silent = 0.0
            except TimeoutError:
                silent += pause
                if silent >= HEARTBEAT_SECONDS:
                    silent = 0.0
                    yield format_sse_event(comment="ping")


def _frame(message: Message) -> bytes:
    data = MessageOut.of(message).model_dump_json()
    return format_sse_event(data_str=data, event="message", id=str(message.seq))


def _page(found: tuple[Message, ...], after: int) -> Messages:
    last = found[-1].seq if found else after
    return Messages(messages=[MessageOut.of(message) for message in found], last_seq=last)


@router.post("/conversations/{conversation_id}/typing", status_code=HTTPStatus.NO_CONTENT)
async def typing(conversation_id: Own, context: Context) -> None:
    """The visitor is writing; the expert who has the conversation may see it."""
    context.signs.types(conversation_id)


@router.post("/resume")
def resume(receipt: Receipt, context: Context) -> Opened:
    """Comes back to a conversation with the code that was given for it; its page elsewhere no longer can."""
    token = secrets.token_urlsafe(32)
    conversation_id = context.visiting.resume(receipt.code.strip().upper(), _hashed(token))
    if conversation_id is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "receipt-unknown")
    return Opened(id=conversation_id, token=token)


@router.post("/ask")
def ask_once(question: Question, context: Context) -> Response:
    """One stateless decision (its JSON is the contract of docs/architecture.md)."""
    if len(question.text) > LONGEST_TEXT:
        raise TextTooLongError
    decision = ask(context.engine, join_surrogates(question.text), context.clock.now())
    return Response(msgspec.json.encode(decision), media_type="application/json")


@router.get("/suggest")
def suggest(context: Context, q: Annotated[str, Query(max_length=200)] = "") -> Suggestions:
    """Questions that the unfinished text `q` may be about."""
    found = context.engine.suggest(join_surrogates(q))
    return Suggestions(suggestions=[Suggestion(entry_id=name, question=question) for name, question in found])


@router.get("/texts")
def texts(context: Context, page: Literal["chat", "console"] = "chat") -> TextsOut:
    """The sentences of a page. The console shows a chat too: its own sentences come on top of the chat's."""
    sentences = context.engine.texts.section("ui")
    if page == "console":
        fields = {f"speciality_{key}": label for key, label in SPECIALITIES.items()}
        sentences |= context.engine.texts.section("console") | fields
    return TextsOut(texts=sentences)


def problem_responses() -> dict[int | str, dict[str, Any]]:
    """The problem documents of the routes, for the API description."""
    return {status: {"description": HTTPStatus(status).phrase} for status in (400, 401, 404, 422, 503)}
