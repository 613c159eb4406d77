"""How a conversation stands with people, as its user may know it; and coming back with a receipt."""

import datetime

import sqlalchemy as sa
from msgspec import Struct

from bot.calendar import BusinessCalendar
from bot.handoff import Owner
from bot.mailing import may_leave_address
from bot.ports import Message
from bot.queueing import Duty, estimate_minutes
from bot.rating import may_be_rated
from connectors.storage.database import Database
from connectors.storage.handoffs import as_handoff, place
from connectors.storage.queue import on_duty
from connectors.storage.rows import messages_after
from connectors.storage.schema import conversations, handoffs, users

TYPED_WITHIN = datetime.timedelta(seconds=6)
FRESH = datetime.timedelta(seconds=1)
_LATEST = (
    sa.select(handoffs)
    .where(handoffs.c.conversation_id == sa.bindparam("conversation"))
    .order_by(handoffs.c.id.desc())
    .limit(1)
)
_NAME = sa.select(users.c.display_name, users.c.qualification).where(users.c.id == sa.bindparam("user"))


class Colleague(Struct, frozen=True):
    """The expert whom the user talks with."""

    display_name: str
    qualification: str


class Status(Struct, frozen=True):
    """Whose the conversation is, and what its user may expect.

    `may_rate`: how the last talk was; `email` is where its answers are mailed, which `may_leave_email` may still say.
    """

    owner: Owner
    position: int | None = None
    estimate_minutes: int | None = None
    expert: Colleague | None = None
    typing: bool = False
    receipt: str = ""
    promised_for: datetime.date | None = None
    open: bool = False
    opens_at: datetime.datetime | None = None
    may_rate: bool = False
    email: str = ""
    may_leave_email: bool = False


class Visiting:
    """Reads what concerns one user."""

    def __init__(self, database: Database, *, mails: bool = False) -> None:
        """`mails`: whether there is a server to mail answers with."""
        self._database = database
        self._mails = mails
        self._on_duty: tuple[datetime.datetime | None, list[Duty]] = None, []

    def look(
        self, conversation_id: str, after: int, calendar: BusinessCalendar, now: datetime.datetime
    ) -> tuple[tuple[Message, ...], Status]:
        """What came after message `after`, and how the conversation stands at `now`."""
        with self._database.read() as connection:
            found = messages_after(connection, conversation_id, after)
            return found, self._status(connection, conversation_id, calendar, now)

    def status(self, conversation_id: str, calendar: BusinessCalendar, now: datetime.datetime) -> Status:
        """How the conversation stands at `now`."""
        with self._database.read() as connection:
            return self._status(connection, conversation_id, calendar, now)

    def _status(
        self, connection: sa.Connection, conversation_id: str, calendar: BusinessCalendar, now: datetime.datetime
    ) -> Status:
        is_open = calendar.is_open(now)
        opens_at = None if is_open else calendar.next_opening(now)
        row = connection.execute(_LATEST, {"conversation": conversation_id}).first()
        if row is None:
            return Status("bot", open=is_open, opens_at=opens_at)
        handoff = as_handoff(row)
        if handoff.owner == "bot":
            may_rate = may_be_rated(handoff, now)
            return Status("bot", open=is_open, opens_at=opens_at, may_rate=may_rate, email=handoff.email)
        number = place(connection, handoff) if handoff.status == "queued" else None
        expert = connection.execute(_NAME, {"user": handoff.expert}).first() if handoff.status == "active" else None
        return Status(
            handoff.owner,
            position=number,
            estimate_minutes=estimate_minutes(number, self._experts(connection, now)) if number else None,
            expert=Colleague(expert.display_name, expert.qualification) if expert else None,
            typing=bool(row.expert_typing_at and now - row.expert_typing_at <= TYPED_WITHIN),
            receipt=handoff.receipt,
            promised_for=handoff.promised_for,
            open=is_open,
            opens_at=opens_at,
            email=handoff.email,
            may_leave_email=self._mails and may_leave_address(handoff),
        )

    def _experts(self, connection: sa.Connection, now: datetime.datetime) -> list[Duty]:
        """Who is on duty, as it was at most `FRESH` ago: everybody in a long queue asks for the same."""
        read_at, experts = self._on_duty
        if read_at is None or not datetime.timedelta() <= now - read_at < FRESH:
            experts = on_duty(connection, now)
            self._on_duty = now, experts
        return experts

    def resume(self, receipt: str, token_hash: str) -> str | None:
        """Gives the conversation of a receipt another token; its id, None where there is no such receipt."""
        mine = sa.select(handoffs.c.conversation_id).where(handoffs.c.receipt == receipt)
        with self._database.write() as connection:
            conversation_id = connection.scalar(
                sa.select(conversations.c.id).where(
                    conversations.c.id == mine.scalar_subquery(), conversations.c.channel == "web"
                )
            )
            if conversation_id is None:
                return None
            changed = conversations.update().where(conversations.c.id == conversation_id)
            connection.execute(changed.values(token_hash=token_hash))
        return str(conversation_id)
