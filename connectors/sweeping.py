"""What time does to handoffs: who is next gets an expert, who lost theirs comes first, promises fall due, chats idle.

Every step is a transaction of its own; one process sweeps at a time, so that no expert is given more than they take.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import structs

from bot.calendar import BusinessCalendar
from bot.engine import Engine
from bot.handoff import IN_FRONT, SYSTEM, Handoff, moved
from bot.ports import Clock, Hours
from bot.queueing import in_order, next_assignment
from bot.reception import DAYS_TO_KEEP
from connectors.storage.cases import Case, held
from connectors.storage.database import Database
from connectors.storage.handoffs import as_handoff, waiting
from connectors.storage.people import SqlPeople
from connectors.storage.queue import GRACE, on_duty
from connectors.storage.schema import handoffs, messages

# In one transaction: on SQLite, where all writers wait meanwhile. Elsewhere who holds the locks of several chats and
# experts could meet an expert who takes up one of them.
ASSIGNED_AT_ONCE, ASSIGNED_ALONE = 5, 1
TAKEN_UP_WITHIN = datetime.timedelta(seconds=90)  # of being assigned, while the expert is there
OFFER_LASTS = datetime.timedelta(minutes=30)
IDLE_WARNING, WARNED_FOR = datetime.timedelta(minutes=25), datetime.timedelta(minutes=5)  # handoff.idle_warning
WARNED = "idle_warning"  # the action of the message that warns
_LOCK = 5_094_162  # any fixed number; with the schema it names the advisory lock of PostgreSQL
_TRY_LOCK = sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK, sa.func.hashtext(sa.func.current_schema())))

Step = Callable[[Case], None]


class _Silence(NamedTuple):
    """A user who was the last to be written to: since when, in which message, and whether it warned them."""

    since: datetime.datetime
    seq: int
    is_warning: bool


@dataclass(slots=True)
class Sweeper:
    """Moves handoffs on. `wake` tells who listens to a conversation that something happened in it."""

    database: Database
    people: SqlPeople
    engine: Engine
    hours: Hours
    clock: Clock
    wake: Callable[[str], None]
    _looking_since: datetime.datetime | None = field(default=None, init=False)
    _looked_at: datetime.datetime | None = field(default=None, init=False)

    def sweep(self) -> int:
        """Makes every move that is due; how many."""
        now, calendar = self.clock.now(), self.hours.load()
        if self._looked_at is None or now - self._looked_at > GRACE:
            self._looking_since = now  # while we are gone, nobody can come
        done = sum(self._run(seen, step) for seen, step in self._due(now, calendar))
        while given := self._assign(now, calendar):
            done += given
        self._looked_at = now
        return done

    # What is due

    def _due(self, now: datetime.datetime, calendar: BusinessCalendar) -> list[tuple[Handoff, Step]]:
        """The steps to make, in the order of the queue."""
        with self.database.read() as connection:
            rows = connection.execute(_movable(now, calendar)).all()
            there = {duty.id for duty in on_duty(connection, now) if duty.is_present}
            silent = _silences(connection, [row for row in rows if row.status == "active"])
        found = {str(row.id): row for row in rows}
        ordered = in_order(map(as_handoff, rows))
        steps = ((one, self._step(found[one.id], now, calendar, there, silent.get(int(one.id)))) for one in ordered)
        return [(handoff, step) for handoff, step in steps if step]

    def _step(
        self, row: Any, now: datetime.datetime, calendar: BusinessCalendar, there: set[str], silence: _Silence | None
    ) -> Step | None:
        is_open = calendar.is_open(now)
        match row.status:
            case "offered" if now - row.opened_at > OFFER_LASTS:
                return self._expire
            case "promised" if row.promised_for <= calendar.day(now) and is_open:
                return self._open_promise
            case "queued" if not is_open and (opening := calendar.next_opening(now)):
                # A break in the middle of a day ends no queue.
                return partial(self._promise_again, opening) if calendar.day(opening) > calendar.day(now) else None
            case "assigned" | "active" if row.expert not in there and self._waited(row.changed_at, now) > GRACE:
                return partial(self._requeue, is_open)
            case "assigned" if self._waited(row.assigned_at, now) > TAKEN_UP_WITHIN:
                return self._pass_over
            case "active" if silence and silence.is_warning and self._waited(silence.since, now) > WARNED_FOR:
                return partial(self._end_idle, silence.seq)
            case "active" if silence and not silence.is_warning and self._waited(silence.since, now) > IDLE_WARNING:
                return partial(self._warn, silence.seq)
        return None

    def _waited(self, since: datetime.datetime, now: datetime.datetime) -> datetime.timedelta:
        """How long somebody was waited for who could have come."""
        return now - max(since, self._looking_since or now)

    # The steps

    def _expire(self, case: Case) -> None:
        self._change(case, moved(case.handoff, "expired", "unanswered", SYSTEM, self.clock.now()))

    def _open_promise(self, case: Case) -> None:
        now = self.clock.now()
        standing = case.change(moved(case.handoff, "queued", "opened", SYSTEM, now), now)
        self._tell(case, "queued.opened", place=standing.place)

    def _promise_again(self, opening: datetime.datetime, case: Case) -> None:
        """Who waited when the day ended comes first on the next."""
        now, calendar = self.clock.now(), self.hours.load()
        day = calendar.day(opening)
        due = case.handoff.due_on or calendar.add_business_days(day, DAYS_TO_KEEP - 1)
        changes = {"priority": IN_FRONT, "promised_for": day, "due_on": due}
        self._change(case, moved(case.handoff, "promised", "day_ended", SYSTEM, now, **changes))
        self._tell(case, "queued.day_ended", opening=calendar.say(opening))

    def _requeue(self, is_open: bool, case: Case) -> None:
        """Who lost their expert comes first; where the day is over, they are told that once, with the next opening."""
        was_active = case.handoff.status == "active"
        gone = moved(case.handoff, "queued", "expert_gone", SYSTEM, self.clock.now(), priority=IN_FRONT)
        self._change(case, gone)
        if was_active and is_open:
            self._tell(case, "queued.requeued")

    def _pass_over(self, case: Case) -> None:
        """Who does not take up what they were given is away, whatever they said."""
        now, expert = self.clock.now(), case.handoff.expert
        self._change(case, moved(case.handoff, "queued", "not_taken_up", SYSTEM, now, priority=IN_FRONT))
        self.people.note_away(case.connection, expert, now)

    def _warn(self, last_seq: int, case: Case) -> None:
        if case.last_seq == last_seq:
            turn = self.engine.announce(case.state, "handoff.idle_warning")
            case.say("system", turn.reply.text, turn.reply.parts, self.clock.now(), action=WARNED)

    def _end_idle(self, last_seq: int, case: Case) -> None:
        if case.last_seq == last_seq:
            now = self.clock.now()
            self._change(case, moved(case.handoff, "closed", "idle", SYSTEM, now))
            case.tell(self.engine.closing(case.state, "handoff.ended_idle"), now)

    def _assign(self, now: datetime.datetime, calendar: BusinessCalendar) -> int:
        """Gives the next in the queue to experts, a few in one transaction; how many found one."""
        if not calendar.is_open(now) or not self._is_room(now):
            return 0
        given: list[str] = []
        most = ASSIGNED_AT_ONCE if self.database.is_sqlite else ASSIGNED_ALONE
        with self._alone() as connection:
            if connection is None:
                return 0
            queue, experts = waiting(connection), {duty.id: duty for duty in on_duty(connection, now)}
            while len(given) < most and (found := next_assignment(queue, list(experts.values()))):
                one, expert = found
                case = held(connection, one.number)
                queue.remove(one)
                if case.handoff.status == "queued":
                    self._change(case, moved(case.handoff, "assigned", "assigned", SYSTEM, now, expert=expert.id))
                    self.people.note_assigned(connection, expert.id, now)
                    experts[expert.id] = structs.replace(expert, load=expert.load + 1, idle_since=now)
                    given.append(case.conversation_id)
        for conversation_id in given:
            self.wake(conversation_id)
        return len(given)

    def _is_room(self, now: datetime.datetime) -> bool:
        """Whether anybody waits for whom there may be room; the longer the queue, the less often."""
        with self.database.read() as connection:
            waits = connection.execute(_ANY_QUEUED).first() is not None
            return waits and any(expert.has_room for expert in on_duty(connection, now))

    # How

    def _run(self, seen: Handoff, step: Step) -> bool:
        """Makes a step, unless the handoff has moved since it was seen."""
        with self._alone() as connection:
            if connection is None:
                return False
            case = held(connection, int(seen.id))
            if case.handoff != seen:
                return False
            step(case)
        self.wake(case.conversation_id)
        return True

    @contextmanager
    def _alone(self) -> Iterator[sa.Connection | None]:
        """A transaction in which nobody else sweeps; None where somebody does."""
        with self.database.write() as connection:
            if self.database.is_sqlite or connection.scalar(_TRY_LOCK):
                yield connection
            else:
                yield None

    def _change(self, case: Case, handoff: Handoff) -> None:
        case.change(handoff, self.clock.now())

    def _tell(self, case: Case, key: str, **values: object) -> None:
        case.tell(self.engine.announce(case.state, key, **values), self.clock.now())


_ANY_QUEUED = sa.select(handoffs.c.id).where(handoffs.c.is_open, handoffs.c.status == "queued").limit(1)


def _movable(now: datetime.datetime, calendar: BusinessCalendar) -> sa.Select[Any]:
    """The handoffs that time can move at all: in business hours not the long queue, at night not the promises."""
    statuses = ("assigned", "active", "promised" if calendar.is_open(now) else "queued")
    unanswered = sa.and_(handoffs.c.status == "offered", handoffs.c.opened_at < now - OFFER_LASTS)
    return sa.select(handoffs).where(handoffs.c.is_open, sa.or_(handoffs.c.status.in_(statuses), unanswered))


def _silences(connection: sa.Connection, rows: Sequence[Any]) -> dict[int, _Silence]:
    """The chats, by handoff, in which it is the user who was written to last."""
    if not rows:
        return {}
    handoff_of = {row.conversation_id: row.id for row in rows}
    last = (
        sa.select(messages.c.conversation_id, sa.func.max(messages.c.seq).label("seq"))
        .where(messages.c.conversation_id.in_(handoff_of))
        .group_by(messages.c.conversation_id)
        .subquery()
    )
    same = sa.and_(last.c.conversation_id == messages.c.conversation_id, last.c.seq == messages.c.seq)
    columns = [messages.c[name] for name in ("conversation_id", "seq", "role", "action", "created_at")]
    found = connection.execute(sa.select(*columns).join(last, same))
    return {
        handoff_of[row.conversation_id]: _Silence(row.created_at, row.seq, row.action == WARNED)
        for row in found
        if row.role == "expert" or row.action == WARNED
    }
