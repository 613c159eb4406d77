"""The routes around the chats: the live board, colleagues, ready texts, the knowledge, the hours."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from msgspec import to_builtins
from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.queueing import Duty
from connectors.console.access import Expert, Supervisor, is_still_in
from connectors.console.chats import Console, ConsoleContext, Text
from connectors.console.hours import hours_now
from connectors.console.view import View
from connectors.people.model import User
from connectors.web.problems import ProblemError
from connectors.workers import BOARD, QUEUE
from knowledge.text.normalize import join_surrogates

HEARTBEAT_SECONDS = 15.0
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
router = APIRouter(prefix="/api/v1/console")


def _json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


# The live board


@router.get("/events", response_model=None)
async def events(
    request: Request,
    user: Expert,
    console: Console,
    version: int = -1,
    wait: Annotated[float, Query(ge=0, le=60)] = 0,
) -> Response:
    """The board and what changes on it: a stream of server-sent events, or with `wait` a long poll."""
    if wait:
        return await _long_poll(console, user, version, wait)
    stream = _stream(console, user, partial(is_still_in, request))
    return StreamingResponse(stream, media_type="text/event-stream", headers=_STREAM_HEADERS)


async def _long_poll(console: ConsoleContext, user: User, version: int, wait: float) -> Response:
    async with console.watcher.watched():
        if version >= console.watcher.version:
            await console.watcher.newer(version, wait)
        return _json(View(user).news(console.watcher.picture, console.watcher.version))


async def _stream(console: ConsoleContext, user: User, is_still_in: Callable[[], bool]) -> AsyncIterator[bytes]:
    """The board, then its changes, until the session ends. An open stream is a sign of its expert."""
    view, looked = View(user), time.monotonic()
    async with console.watcher.watched():
        while not console.events.closing:
            version = console.watcher.version
            news = view.news(console.watcher.picture, version)
            yield _event(news) if news else format_sse_event(comment="ping")
            await console.watcher.newer(version, HEARTBEAT_SECONDS)
            if time.monotonic() - looked >= HEARTBEAT_SECONDS:
                looked = time.monotonic()
                if not await asyncio.to_thread(is_still_in):
                    return


def _event(news: dict[str, Any]) -> bytes:
    return b"event: board\ndata: " + msgspec.json.encode(news) + b"\n\n"  # JSON has no line breaks to be cared for


# Colleagues


@router.get("/experts")
def experts(_user: Expert, console: Console) -> Response:
    """Who could take a chat."""
    now = console.clock.now()
    load = {duty.id: duty for duty in console.board.on_duty(now)}
    people = [user for user in console.people.all() if user.id in load]
    return _json({"experts": [_colleague(user, load[user.id]) for user in people]})


def _colleague(user: User, duty: Duty) -> dict[str, object]:
    return {
        "id": user.id,
        "display_name": user.display_name,
        "qualification": user.qualification,
        "specialities": user.specialities,
        "present": duty.is_present,
        "away": duty.is_away,
        "load": duty.load,
        "capacity": duty.capacity,
    }


# Ready texts


class CannedText(BaseModel):
    """A ready text."""

    model_config = ConfigDict(extra="forbid")

    shortcut: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^\S+$")]
    text: Text
    shared: bool = False


@router.get("/canned")
def canned(user: Expert, console: Console) -> Response:
    """One's own ready texts and the shared ones."""
    return _json({"canned": console.keeping.canned(user.id)})


@router.post("/canned", status_code=HTTPStatus.CREATED)
def add_canned(made: CannedText, user: Expert, console: Console) -> Response:
    """Adds a ready text."""
    return _json({"id": _save(console, user, made, 0)}, HTTPStatus.CREATED)


@router.put("/canned/{number}", status_code=HTTPStatus.NO_CONTENT)
def change_canned(number: int, made: CannedText, user: Expert, console: Console) -> None:
    """Changes a ready text of one's own, or a shared one."""
    if not _save(console, user, made, number):
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found")


@router.delete("/canned/{number}", status_code=HTTPStatus.NO_CONTENT)
def delete_canned(number: int, user: Expert, console: Console) -> None:
    """Deletes a ready text of one's own; a supervisor also a shared one."""
    keeping = console.keeping
    if not keeping.delete_canned(user.id, number) and not (
        user.may("supervisor") and keeping.delete_canned(None, number)
    ):
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found")


def _save(console: ConsoleContext, user: User, made: CannedText, number: int) -> int:
    if made.shared and not user.may("supervisor"):
        raise ProblemError(HTTPStatus.FORBIDDEN, "forbidden")
    owner = None if made.shared else user.id
    return console.keeping.save_canned(owner, made.shortcut, made.text, console.clock.now(), number)


# The knowledge


@router.get("/search")
def search(_user: Expert, console: Console, q: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Curated answers to what an expert types."""
    found = console.engine.lookup(join_surrogates(q))
    return _json({"entries": [{**to_builtins(shown), "sources": sources} for shown, sources in found]})


# The hours


@router.get("/hours")
def hours(_user: Expert, console: Console) -> Response:
    """When people are there."""
    return _json(hours_now(console.hours.load(), console.clock.now()))


class ClosedNow(BaseModel):
    """The switch that closes at once."""

    model_config = ConfigDict(extra="forbid")

    closed: bool
    note: Annotated[str, StringConstraints(max_length=200)] = ""


@router.put("/hours/closed-now")
def close_now(switch: ClosedNow, user: Supervisor, console: Console) -> Response:
    """Closes at once, or opens again."""
    now = console.clock.now()
    if switch.closed:
        console.hours.close_now(switch.note, user.display_name, now)
    else:
        console.hours.open_again(user.display_name, now)
    console.hours_changed(user, switch.closed, switch.note)
    console.events.ring(QUEUE, BOARD)
    return _json(hours_now(console.hours.load(), now))
