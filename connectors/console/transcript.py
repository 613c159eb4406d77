"""A chat as its expert reads it: every message with the state of its delivery, and the evidence card."""

import datetime
import json
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from bot.conversation import State
from bot.decision import Decision
from bot.evidence import Evidence, Step, evidence
from connectors.storage.cases import UnknownHandoffError
from connectors.storage.database import Database
from connectors.storage.schema import conversations, handoffs, inbox, messages, outbox

MOST = 500  # messages at once
LOOKED_BACK = 200  # messages that an evidence card is made from: a talk over LINE goes on for years
_STATES: dict[str, Literal["sending", "sent", "held", "failed"]] = {
    "sent": "sent",
    "assumed": "sent",
    "held": "held",
    "dead": "failed",
    "cancelled": "failed",
}


_OF = sa.select(handoffs.c.conversation_id).where(handoffs.c.id == sa.bindparam("number"))
_LINES = (
    sa.select(messages, outbox.c.status.label("delivery"), outbox.c.error, outbox.c.channel.label("by"))
    .outerjoin(outbox, sa.and_(outbox.c.conversation_id == messages.c.conversation_id, outbox.c.seq == messages.c.seq))
    .where(messages.c.conversation_id == sa.bindparam("conversation"), messages.c.seq > sa.bindparam("after"))
    .limit(MOST)
)
_NEXT, _NEWEST = _LINES.order_by(messages.c.seq), _LINES.order_by(messages.c.seq.desc())


class Delivery(Struct, frozen=True):
    """How far a message got; `error` is what the channel said, `by` which one it is."""

    status: Literal["sending", "sent", "held", "failed"]
    error: str = ""
    by: str = ""


class Line(Struct, frozen=True):
    """A message on the expert's screen."""

    seq: int
    role: str
    author: str
    text: str
    at: datetime.datetime
    action: str
    client_id: str
    parts: list[dict[str, Any]]
    quotes_seq: int
    delivery: Delivery | None


class Transcripts:
    """Reads the conversations behind handoffs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expect(self, handoff_id: int) -> None:
        """Makes sure that there is such a handoff.

        Raises:
            UnknownHandoffError: There is none.
        """
        with self._database.read() as connection:
            _conversation(connection, handoff_id)

    def lines(self, handoff_id: int, after: int) -> list[Line]:
        """The messages after number `after`; from the beginning (0) the newest ones, where there are too many.

        Raises:
            UnknownHandoffError: There is no such handoff.
        """
        with self._database.read() as connection:
            conversation = _conversation(connection, handoff_id)
            rows = connection.execute(_NEXT if after else _NEWEST, {"conversation": conversation, "after": after})
            return sorted((_line(row) for row in rows), key=lambda line: line.seq)

    def evidence(self, handoff_id: int) -> Evidence:
        """The card of a handoff.

        Raises:
            UnknownHandoffError: There is no such handoff.
        """
        with self._database.read() as connection:
            conversation = _conversation(connection, handoff_id)
            question = connection.scalar(sa.select(handoffs.c.question).where(handoffs.c.id == handoff_id))
            state = connection.scalar(sa.select(conversations.c.state).where(conversations.c.id == conversation))
            rows = connection.execute(_steps(conversation)).all()
        steps = [step for row in reversed(rows) if (step := _step(row)) is not None]
        return evidence(question or "", _state(state or ""), steps)


def _conversation(connection: sa.Connection, handoff_id: int) -> str:
    found: str | None = connection.scalar(_OF, {"number": handoff_id})
    if found is None:
        raise UnknownHandoffError(handoff_id)
    return found


def _line(row: Any) -> Line:
    is_ours = row.role in {"expert", "system"}
    delivery = Delivery(_STATES.get(row.delivery, "sending"), row.error, row.by) if is_ours and row.delivery else None
    return Line(
        seq=row.seq,
        role=row.role,
        author=row.author,
        text=row.text,
        at=row.created_at,
        action=row.action,
        client_id=row.client_id if row.role == "expert" else "",
        parts=json.loads(row.parts),
        quotes_seq=row.quotes_seq,
        delivery=delivery,
    )


def _steps(conversation: str) -> sa.Select[tuple[str, str, str | None]]:
    """What was said on both sides, the newest first: role, decision and event."""
    same = sa.and_(inbox.c.conversation_id == messages.c.conversation_id, inbox.c.event_id == messages.c.client_id)
    said = sa.or_(messages.c.role == "user", messages.c.decision != "")
    return (
        sa.select(messages.c.role, messages.c.decision, inbox.c.event)
        .outerjoin(inbox, sa.and_(same, messages.c.role == "user"))
        .where(messages.c.conversation_id == conversation, said)
        .order_by(messages.c.seq.desc())
        .limit(LOOKED_BACK)
    )


def _step(row: Any) -> Step | None:
    """What a message was in the talk; None where it was stored by another version."""
    if row.role == "user":
        return str(json.loads(row.event or "{}").get("action", ""))
    try:
        return msgspec.json.decode(row.decision, type=Decision)
    except msgspec.DecodeError:
        return None


def _state(text: str) -> State:
    try:
        return msgspec.json.decode(text, type=State)
    except msgspec.DecodeError:
        return State()
