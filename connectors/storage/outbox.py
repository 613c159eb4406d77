"""Deliveries in the table `outbox`: for the web a wake-up, for others claimed under a lease and sent by state."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from bot.ports import Delivery
from connectors.line.delivering import HELD_FOR, LEASE, Claim, Settled, Status
from connectors.storage.database import Database
from connectors.storage.schema import conversations, handoffs, inbox, messages, outbox

_older = outbox.alias("older")


class SqlOutbox:
    """`bot.ports.Outbox` for channels whose message log is already the delivery: "web", and what cannot be sent else."""

    def __init__(self, database: Database, *others: str) -> None:
        """`others` are channels that nobody serves: what is theirs is left to the page."""
        self._database = database
        self._channels = ("web", *others)

    def due(self, now: datetime.datetime, limit: int = 100) -> tuple[Delivery, ...]:
        """The oldest deliveries whose time has come."""
        query = (
            sa.select(outbox)
            .where(outbox.c.is_open, outbox.c.channel.in_(self._channels), outbox.c.next_attempt_at <= now)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Delivery(row.id, row.conversation_id, row.channel, row.seq, row.attempts) for row in rows)

    def mark_sent(self, deliveries: tuple[Delivery, ...], at: datetime.datetime) -> None:
        """They reached their channel and are never sent again."""
        done = outbox.c.id.in_([delivery.id for delivery in deliveries])
        values = {"channel": "web", "sent_at": at, "status": Status.SENT, "is_open": False}
        values |= {"attempts": outbox.c.attempts + 1}
        with self._database.write() as connection:
            connection.execute(outbox.update().where(done).values(values))


class LeasedOutbox:
    """Deliveries of one channel. A claim is written down before its call, so that a crash never forgets an attempt."""

    lease: ClassVar = LEASE

    def __init__(self, database: Database, due: sa.Select[Any]) -> None:
        """`due` selects what may be claimed `now`, `most` at once, with `channel_key`, to whom it goes."""
        self._database = database
        self._due = due
        self._due_held = due.with_for_update(of=outbox, skip_locked=True)

    def claim(
        self, now: datetime.datetime, limit: int, render: Callable[[str], str], *, saves_pushes: bool = False
    ) -> tuple[Claim, ...]:
        """The oldest due delivery of each chat that nobody is at; leased, its next step decided and stored.

        `render` makes the messages (JSON) from a reply's parts; they are kept, because a retry must not change them.
        """
        due = {"now": now, "most": limit}
        rendered = self._rendered(due, render)
        with self._database.write() as connection:
            rows = connection.execute(self._due_held, due).all()
            held = _held(connection, rows)
            claims = tuple(
                Claim.of(
                    row,
                    now,
                    lambda parts: rendered.get(parts) or render(parts),
                    riders=_riders(row, held),
                    saves_pushes=saves_pushes,
                )
                for row in rows
            )
            if claims:
                connection.execute(_CLAIMED, [_claimed(claim, now, self.lease) for claim in claims])
        return tuple(claim for claim in claims if claim.status is not Status.HELD)

    def _rendered(self, due: dict[str, Any], render: Callable[[str], str]) -> dict[str, str]:
        """The messages of what is due, by their parts: made beforehand on SQLite, where a claim keeps writers waiting."""
        if not self._database.is_sqlite:
            return {}
        with self._database.read() as connection:
            parts = [row.parts for row in connection.execute(self._due, due) if not row.payload]
        return {one: render(one) for one in parts}

    def release(self) -> None:
        """Gives back all leases: nobody else can hold one where this is the only process (SQLite)."""
        with self._database.write() as connection:
            connection.execute(outbox.update().where(outbox.c.is_open).values(leased_until=None))

    def settle(self, settled: Sequence[Settled], now: datetime.datetime) -> None:
        """Stores what became of claims and gives the leases back."""
        if settled:
            with self._database.write() as connection:
                connection.execute(_SETTLED, [_settled(one, now) for one in settled])
                if changed := [{"mine": one.id, "payload": one.payload} for one in settled if one.payload]:
                    connection.execute(_CHANGED, changed)


class LineOutbox(LeasedOutbox):
    """Deliveries to LINE."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _DUE)

    def waiting(self, since: datetime.datetime, after: datetime.datetime) -> dict[int, str]:
        """Users whose question of between `after` and `since` still waits for a decision: inbox id to LINE id."""
        query = (
            sa.select(inbox.c.id, conversations.c.channel_key)
            .join(conversations, conversations.c.id == inbox.c.conversation_id)
            .where(inbox.c.done_at.is_(None), inbox.c.channel == "line", inbox.c.received_at.between(after, since))
        )
        with self._database.read() as connection:
            return {row.id: row.channel_key for row in connection.execute(query)}

    def counts(self) -> dict[str, int]:
        """How many deliveries stand in each state (for health and for people)."""
        query = (
            sa.select(outbox.c.status, sa.func.count().label("deliveries"))
            .where(outbox.c.channel == "line")
            .group_by(outbox.c.status)
        )
        with self._database.read() as connection:
            return {row.status: row.deliveries for row in connection.execute(query)}


def revive(database: Database, handoff_id: int, seq: int, now: datetime.datetime) -> bool:
    """Has an expert's message sent again that was given up; False where nothing was given up.

    A new attempt, under a new key: the old one was refused for certain, or lives no more.
    """
    conversation = sa.select(handoffs.c.conversation_id).where(handoffs.c.id == handoff_id).scalar_subquery()
    mine = sa.and_(outbox.c.conversation_id == conversation, outbox.c.seq == seq)
    values = {
        "status": Status.NEW,
        "is_open": True,
        "next_attempt_at": now,
        "leased_until": None,
        "reply_token": "",
        "token_from": None,
        "retry_key": "",
        "first_attempt_at": None,
        "error": "",
    }
    statement = outbox.update().where(mine, outbox.c.status == Status.DEAD).values(values)
    with database.write() as connection:
        return connection.execute(statement).rowcount > 0


FREE = sa.or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < sa.bindparam("now"))
EARLIER = (
    sa.select(_older.c.id)
    .where(_older.c.conversation_id == outbox.c.conversation_id, _older.c.is_open, _older.c.id < outbox.c.id)
    .where(_older.c.status != Status.HELD)
    .exists()
)
# Open deliveries whose time has come, unleased, and before which nothing is open in the same chat.
_DUE = (
    sa.select(outbox, conversations.c.channel_key, messages.c.parts, messages.c.action)
    .join(conversations, conversations.c.id == outbox.c.conversation_id)
    .join(
        messages,
        sa.and_(messages.c.conversation_id == outbox.c.conversation_id, messages.c.seq == outbox.c.seq),
    )
    .where(outbox.c.is_open, outbox.c.channel == "line", outbox.c.next_attempt_at <= sa.bindparam("now"))
    .where(FREE, ~EARLIER)
    .order_by(outbox.c.id)
    .limit(sa.bindparam("most"))
)
_HELD = (
    sa.select(outbox.c.id, outbox.c.conversation_id, outbox.c.payload)
    .where(outbox.c.conversation_id.in_(sa.bindparam("conversations", expanding=True)))
    .where(outbox.c.status == Status.HELD)
    .order_by(outbox.c.id)
)
_CLAIMED = (
    outbox.update()
    .where(outbox.c.id == sa.bindparam("mine"))
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                "status",
                "attempts",
                "retry_key",
                "payload",
                "leased_until",
                "next_attempt_at",
                "first_attempt_at",
            )
        }
    )
)
_SETTLED = (
    outbox.update()
    .where(outbox.c.id == sa.bindparam("mine"))
    .values(
        {name: sa.bindparam(name) for name in ("status", "next_attempt_at", "error", "sent_at", "is_open")}
        | {"leased_until": None}
    )
)

_CHANGED = outbox.update().where(outbox.c.id == sa.bindparam("mine")).values(payload=sa.bindparam("payload"))


def _claimed(claim: Claim, now: datetime.datetime, lease: datetime.timedelta) -> dict[str, object]:
    waits = claim.status is Status.HELD
    return {
        "mine": claim.id,
        "status": claim.status,
        "attempts": claim.attempts,
        "retry_key": claim.retry_key,
        "payload": claim.payload,
        "leased_until": None if waits else now + lease,
        "next_attempt_at": now + HELD_FOR if waits else now,
        "first_attempt_at": claim.first_attempt_at,
    }


def _settled(settled: Settled, now: datetime.datetime) -> dict[str, object]:
    return {
        "mine": settled.id,
        "status": settled.status,
        "next_attempt_at": settled.next_attempt_at or now,
        "error": settled.error[:500],
        "sent_at": now if settled.status in {Status.SENT, Status.ASSUMED} else None,
        "is_open": settled.is_open,
    }


_Held = dict[str, list[tuple[int, str]]]


def _held(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> _Held:
    """What the monthly limit held back in the chats of outbox rows, oldest first."""
    held: _Held = defaultdict(list)
    chats = {"conversations": list({row.conversation_id for row in rows})}
    for found in connection.execute(_HELD, chats) if rows else ():
        held[found.conversation_id].append((found.id, found.payload))
    return held


def _riders(row: sa.Row[Any], held: _Held) -> tuple[tuple[int, str], ...]:
    return tuple(one for one in held[row.conversation_id] if one[0] < row.id)
