"""What stands on the experts' screens: one row for every handoff that is open or ended today.

What all experts see is read once for all of them; what differs (who else looks) is laid over it.
"""

import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import Struct, structs

from bot.calendar import TOKYO, BusinessCalendar
from bot.handoff import OPEN, WITH_EXPERT
from bot.mailing import SEEN_WITHIN
from bot.queueing import Duty
from bot.specialities import SPECIALITIES
from connectors.storage.database import Database
from connectors.storage.handoffs import order
from connectors.storage.queue import on_duty
from connectors.storage.schema import conversations, desks, handoffs, memos, messages, outbox, users

TYPED_WITHIN = datetime.timedelta(seconds=6)
_SHORT, _SHORTER = 80, 60  # characters
_SHOWN = sorted(OPEN - {"offered"})
_SHOWN_COLUMNS = (
    *(
        handoffs.c[name]
        for name in ("id", "receipt", "status", "channel", "speciality", "reason", "category", "rating", "contact")
    ),
    *(handoffs.c[name] for name in ("opened_at", "joined_at", "queued_at", "answered_at", "closed_at", "is_open")),
    *(handoffs.c[name] for name in ("promised_for", "due_on")),
    *(handoffs.c[name] for name in ("expert", "user_typing_at", "user_seen_at")),
    sa.func.substr(handoffs.c.question, 1, _SHORT).label("question"),
    users.c.display_name,
    conversations.c.last_seq,
    messages.c.role,
    sa.func.substr(messages.c.text, 1, _SHORTER).label("text"),
    messages.c.created_at.label("said_at"),
)


class Person(Struct, frozen=True):
    """An expert as others see them."""

    id: str
    display_name: str


class LastMessage(Struct, frozen=True):
    """The newest message of a chat, shortened."""

    role: str
    text: str
    at: datetime.datetime


class Row(Struct, frozen=True, kw_only=True):
    """A handoff as it stands on the board. `unread` is what the expert who has it has not read yet."""

    id: int
    receipt: str
    status: str
    channel: str
    contact: str
    speciality: str
    speciality_label: str
    question: str
    reason: str
    opened_at: datetime.datetime
    queued_at: datetime.datetime | None
    waiting_since: datetime.datetime | None
    assigned_to: Person | None
    last_seq: int
    last_message: LastMessage | None
    unread: int = 0
    typing: bool
    user_online: bool
    promised_for: datetime.date | None
    due_on: datetime.date | None
    delivery_failed: bool = False
    viewers: tuple[str, ...] = ()
    closed_at: datetime.datetime | None
    category: str
    rating: int
    memos: int = 0


class _Queries(NamedTuple):
    """What is read of some of the handoffs; built once."""

    rows: sa.Select[Any]
    unread: sa.Select[Any]
    memos: sa.Select[Any]
    failed: sa.Select[Any]
    views: sa.Select[Any]


class Snapshot(Struct, frozen=True):
    """The board at a moment: its rows by handoff, who has them on the screen (names by user), the queue in its order.

    Places are no part of the rows: whenever the first one leaves the queue, all of them change.
    """

    rows: dict[int, Row]
    viewers: dict[int, dict[str, str]]
    queue: tuple[int, ...] = ()

    def of(self, user_id: str) -> dict[int, Row]:
        """The rows as the expert `user_id` sees them: that they look themselves is no news."""
        seen = dict(self.rows)
        for number, names in self.viewers.items():
            if user_id in names:
                others = sorted(name for viewer, name in names.items() if viewer != user_id)
                seen[number] = structs.replace(seen[number], viewers=tuple(others))
        return seen


class Board:
    """Reads the board: a handful of queries, however many chats there are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def snapshot(self, now: datetime.datetime, only: int | None = None) -> Snapshot:
        """The board at `now`; with `only` just that handoff, whenever it ended."""
        read = _ONE if only else _TODAY
        midnight = datetime.datetime.combine(BusinessCalendar.day(now), datetime.time(), TOKYO)
        values = {"only": only, "midnight": midnight, "since": now - SEEN_WITHIN}
        with self._database.read() as connection:
            found = connection.execute(read.rows, values).all()
            queue = order(connection) if any(row.status == "queued" for row in found) else ()
            unread = {row.id: row.messages for row in connection.execute(read.unread, values)}
            noted = {row.handoff_id: row.memos for row in connection.execute(read.memos, values)}
            failed = set(connection.scalars(read.failed, values))
            viewers: dict[int, dict[str, str]] = {}
            for view in connection.execute(read.views, values):
                viewers.setdefault(view.handoff_id, {})[view.user_id] = view.display_name
        rows = {
            row.id: _row(
                row,
                now,
                unread=unread.get(row.id, 0),
                memos=noted.get(row.id, 0),
                delivery_failed=row.id in failed,
                viewers=tuple(sorted(viewers.get(row.id, {}).values())),
            )
            for row in found
        }
        return Snapshot(rows, viewers, queue)

    def on_duty(self, now: datetime.datetime) -> list[Duty]:
        """The experts as the queue sees them."""
        with self._database.read() as connection:
            return on_duty(connection, now)


def _waiting_since(row: Any) -> datetime.datetime | None:
    """Whom nobody took up has waited all along; who was answered, or promised a day, since they came to the queue."""
    is_new = row.answered_at is None and row.promised_for is None
    since: datetime.datetime | None = (is_new and row.joined_at) or row.queued_at
    return since


def _row(row: Any, now: datetime.datetime, **counted: Any) -> Row:
    waits = row.status in {"queued", "assigned"}
    unanswered = row.said_at if row.role == "user" and row.is_open else None
    return Row(
        id=row.id,
        receipt=row.receipt,
        status=row.status,
        channel=row.channel,
        contact=row.contact,
        speciality=row.speciality,
        speciality_label=SPECIALITIES.get(row.speciality, ""),
        question=row.question,
        reason=row.reason,
        opened_at=row.opened_at,
        queued_at=row.queued_at,
        waiting_since=_waiting_since(row) if waits else unanswered,
        assigned_to=Person(row.expert, row.display_name or "") if row.expert else None,
        last_seq=row.last_seq,
        last_message=LastMessage(row.role, row.text, row.said_at) if row.role else None,
        typing=bool(row.user_typing_at and now - row.user_typing_at <= TYPED_WITHIN),
        user_online=bool(row.user_seen_at and now - row.user_seen_at <= SEEN_WITHIN),
        promised_for=row.promised_for,
        due_on=row.due_on,
        closed_at=row.closed_at,
        category=row.category,
        rating=row.rating,
        **counted,
    )


def _rows(wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Handoffs with their experts' names and the last messages of their conversations."""
    last = sa.and_(messages.c.conversation_id == conversations.c.id, messages.c.seq == conversations.c.last_seq)
    return (
        sa.select(*_SHOWN_COLUMNS)
        .join_from(handoffs, conversations)
        .outerjoin(messages, last)
        .outerjoin(users, users.c.id == handoffs.c.expert)
        .where(wanted)
        .order_by(handoffs.c.id)
    )


def _unread(wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """How much of what users said since their handoffs began their experts have not read."""
    own = sa.and_(desks.c.handoff_id == handoffs.c.id, desks.c.user_id == handoffs.c.expert)
    return (
        sa.select(handoffs.c.id, sa.func.count().label("messages"))
        .join(messages, messages.c.conversation_id == handoffs.c.conversation_id)
        .outerjoin(desks, own)
        .where(wanted, handoffs.c.is_open, handoffs.c.status.in_(WITH_EXPERT))
        .where(messages.c.role == "user", messages.c.created_at >= handoffs.c.opened_at)
        .where(messages.c.seq > sa.func.coalesce(desks.c.read_seq, 0))
        .group_by(handoffs.c.id)
    )


def _memos(wanted: sa.ColumnElement[bool]) -> sa.Select[tuple[int, int]]:
    counted = sa.select(memos.c.handoff_id, sa.func.count().label("memos")).join(handoffs)
    return counted.where(wanted).group_by(memos.c.handoff_id)


def _failed_deliveries(wanted: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
    """Handoffs in which something could not be delivered; the page itself refuses nothing."""
    return (
        sa.select(handoffs.c.id)
        .join(outbox, outbox.c.conversation_id == handoffs.c.conversation_id)
        .where(wanted, sa.or_(handoffs.c.channel == "line", handoffs.c.contact == "email"))
        .where(outbox.c.status == "dead", outbox.c.created_at >= handoffs.c.opened_at)
        .distinct()
    )


def _views(wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Who has which handoff on the screen."""
    return (
        sa.select(desks.c.handoff_id, desks.c.user_id, users.c.display_name)
        .join(handoffs, handoffs.c.id == desks.c.handoff_id)
        .join(users, users.c.id == desks.c.user_id)
        .where(wanted, desks.c.viewed_at >= sa.bindparam("since"))
    )


def _queries(wanted: sa.ColumnElement[bool]) -> _Queries:
    return _Queries(_rows(wanted), _unread(wanted), _memos(wanted), _failed_deliveries(wanted), _views(wanted))


_TODAY = _queries(
    sa.or_(sa.and_(handoffs.c.is_open, handoffs.c.status.in_(_SHOWN)), handoffs.c.closed_at >= sa.bindparam("midnight"))
)
_ONE = _queries(handoffs.c.id == sa.bindparam("only"))
