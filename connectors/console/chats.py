"""The routes of one chat: reading it, taking it, answering, passing it on, ending it."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.engine import Engine
from bot.handoff import Handoff
from bot.ports import Clock
from bot.specialities import SPECIALITIES
from connectors.console.access import Expert, Supervisor
from connectors.console.acting import Acting, Words
from connectors.console.board import Board, Row
from connectors.console.transcript import Transcripts
from connectors.console.watching import BoardWatcher
from connectors.events import LocalEvents
from connectors.people.model import User
from connectors.storage.audit import SqlAudit, done_by
from connectors.storage.cases import UnknownHandoffError
from connectors.storage.closures import SqlCalendar
from connectors.storage.keeping import Draft, Keeping
from connectors.storage.people import SqlPeople
from connectors.storage.presence import Presence
from connectors.web.problems import ProblemError
from connectors.web.schemas import ClientId
from connectors.workers import BOARD, OUTBOX, QUEUE

CATEGORIES = ("solved", "guided", "referred", "unclear", "out_of_scope", "no_reply")
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"\S")]
_Note = Annotated[str, StringConstraints(max_length=1000)]


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """What the routes of the console need; built by the assembly and kept on the application."""

    engine: Engine
    acting: Acting
    people: SqlPeople
    hours: SqlCalendar
    board: Board
    watcher: BoardWatcher
    transcripts: Transcripts
    audit: SqlAudit
    keeping: Keeping
    presence: Presence
    redeliver: Callable[[int, int, datetime.datetime], bool]  # handoff, message, now
    events: LocalEvents
    clock: Clock

    def hours_changed(self, user: User, is_closed: bool, note: str) -> None:
        """Keeps a record of who closed or opened, and wakes whom it concerns."""
        what = "hours.closed" if is_closed else "hours.opened"
        self.audit.write(done_by(user, self.clock.now(), what, detail=note))
        self.events.ring(QUEUE, BOARD)

    def row(self, handoff_id: int, user_id: str) -> Row:
        """The board's row of one handoff. Raises UnknownHandoffError."""
        rows = self.board.snapshot(self.clock.now(), handoff_id).of(user_id)
        if handoff_id not in rows:
            raise UnknownHandoffError(handoff_id)
        return rows[handoff_id]


async def _context(request: Request) -> ConsoleContext:
    context: ConsoleContext = request.app.state.console
    return context


Console = Annotated[ConsoleContext, Depends(_context)]
router = APIRouter(prefix="/api/v1/console/handoffs")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Said(_Strict):
    """A reply of an expert."""

    client_id: ClientId
    text: Text
    quotes_seq: int = Field(0, ge=0)
    entry_id: Annotated[str, StringConstraints(max_length=64)] = ""


class Noted(_Strict):
    """A memo."""

    client_id: ClientId
    text: Text


class Drafted(_Strict):
    """What is half written."""

    text: Annotated[str, StringConstraints(max_length=2000)]
    mode: Literal["reply", "memo"]


class Seen(_Strict):
    """Up to where was read."""

    seq: int = Field(ge=0)


class Passed(_Strict):
    """To whom a chat is passed on; nobody in particular: back to the queue."""

    to: str | None = None
    speciality: str = ""
    note: _Note = ""


class Ended(_Strict):
    """How a chat ended."""

    category: str
    for_knowledge: bool = False
    note: _Note = ""


def _json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _answer(console: ConsoleContext, handoff: Handoff, user_id: str) -> Response:
    return _json({"handoff": console.row(int(handoff.id), user_id)})


@router.get("/{handoff_id}")
def chat(handoff_id: int, user: Expert, console: Console) -> Response:
    """Everything about a chat that its expert needs at a glance."""
    row = console.row(handoff_id, user.id)
    lines = console.transcripts.lines(handoff_id, 0)
    return _json(
        {
            "handoff": row,
            "evidence": console.transcripts.evidence(handoff_id),
            "memos": console.keeping.memos(handoff_id),
            "draft": console.keeping.draft(handoff_id, user.id),
            "messages": lines,
            "last_seq": lines[-1].seq if lines else 0,
        }
    )


@router.get("/{handoff_id}/messages")
def messages(handoff_id: int, _user: Expert, console: Console, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """What came after message `after`."""
    lines = console.transcripts.lines(handoff_id, after)
    return _json({"messages": lines, "last_seq": lines[-1].seq if lines else after})


@router.post("/{handoff_id}/claim")
def claim(handoff_id: int, user: Expert, console: Console) -> Response:
    """Takes a waiting chat, or takes up an assigned one; 409 says who was faster."""
    return _answer(console, console.acting.claim(user, handoff_id), user.id)


@router.post("/{handoff_id}/messages")
def reply(handoff_id: int, said: Said, user: Expert, console: Console) -> Response:
    """Says something to the user, once per `client_id`."""
    words = Words(said.client_id, said.text, said.quotes_seq, said.entry_id)
    message, is_duplicate = console.acting.reply(user, handoff_id, words)
    lines = console.transcripts.lines(handoff_id, message.seq - 1)
    return _json({"message": lines[0]}, HTTPStatus.OK if is_duplicate else HTTPStatus.CREATED)


@router.post("/{handoff_id}/messages/{seq}/retry", status_code=HTTPStatus.NO_CONTENT)
def retry(handoff_id: int, seq: int, _user: Expert, console: Console) -> None:
    """Sends a message again whose delivery failed."""
    if not console.redeliver(handoff_id, seq, console.clock.now()):
        raise ProblemError(HTTPStatus.CONFLICT, "nothing-to-retry")
    console.events.ring(OUTBOX, BOARD)


@router.post("/{handoff_id}/memos", status_code=HTTPStatus.CREATED)
def memo(handoff_id: int, noted: Noted, user: Expert, console: Console) -> Response:
    """Keeps a note among experts. It is never part of the conversation."""
    console.transcripts.expect(handoff_id)
    kept = console.keeping.add_memo(
        handoff_id, noted.client_id, (user.id, user.display_name), noted.text, console.clock.now()
    )
    console.events.ring(BOARD)
    return _json({"memo": kept}, HTTPStatus.CREATED)


@router.put("/{handoff_id}/draft", status_code=HTTPStatus.NO_CONTENT)
def draft(handoff_id: int, drafted: Drafted, user: Expert, console: Console) -> None:
    """Keeps what is half written."""
    console.transcripts.expect(handoff_id)
    console.keeping.keep_draft(handoff_id, user.id, Draft(drafted.text, drafted.mode))


@router.post("/{handoff_id}/typing", status_code=HTTPStatus.NO_CONTENT)
def typing(handoff_id: int, user: Expert, console: Console) -> None:
    """The expert is writing; the user may see it."""
    if conversation := console.presence.expert_types(handoff_id, user.id, console.clock.now()):
        console.events.ring(conversation)


@router.post("/{handoff_id}/read", status_code=HTTPStatus.NO_CONTENT)
def read(handoff_id: int, seen: Seen, user: Expert, console: Console) -> None:
    """Up to where this expert has read, and that the chat is on the screen."""
    console.transcripts.expect(handoff_id)
    console.keeping.mark_read(handoff_id, user.id, seen.seq, console.clock.now())
    console.events.ring(BOARD)


@router.post("/{handoff_id}/transfer")
def transfer(handoff_id: int, passed: Passed, user: Expert, console: Console) -> Response:
    """Passes a chat on."""
    if passed.speciality and passed.speciality not in SPECIALITIES:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", field="speciality")
    handoff = console.acting.transfer(user, handoff_id, passed.to, passed.speciality, passed.note)
    return _answer(console, handoff, user.id)


@router.post("/{handoff_id}/takeover")
def take_over(handoff_id: int, user: Supervisor, console: Console) -> Response:
    """A supervisor takes a chat from whoever has it."""
    return _answer(console, console.acting.take_over(user, handoff_id), user.id)


@router.post("/{handoff_id}/close")
def close(handoff_id: int, ended: Ended, user: Expert, console: Console) -> Response:
    """Ends a chat."""
    if ended.category not in CATEGORIES:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", field="category")
    handoff = console.acting.close(user, handoff_id, ended.category, for_knowledge=ended.for_knowledge, note=ended.note)
    return _answer(console, handoff, user.id)
