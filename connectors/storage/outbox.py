"""Deliveries in the table `outbox`: for the web a wake-up, for LINE claimed under a lease and sent by state."""

import datetime

import sqlalchemy as sa

from bot.ports import Delivery
from connectors.line.delivering import Claim, Settled, Status
from connectors.storage.database import Database
from connectors.storage.schema import conversations, inbox, messages, outbox

_older = outbox.alias("older")


class SqlOutbox:
    """`bot.ports.Outbox` for channels whose message log is already the delivery (web)."""

    def __init__(self, database: Database, channel: str = "web") -> None:
        self._database = database
        self._channel = channel

    def due(self, now: datetime.datetime, limit: int = 100) -> tuple[Delivery, ...]:
        """The oldest deliveries whose time has come."""
        query = (
            sa.select(outbox)
            .where(outbox.c.is_open, outbox.c.channel == self._channel, outbox.c.next_attempt_at <= now)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Delivery(row.id, row.conversation_id, row.channel, row.seq, row.attempts) for row in rows)

    def mark_sent(self, deliveries: tuple[Delivery, ...], at: datetime.datetime) -> None:
        """They reached their channel and are never sent again."""
        done = outbox.c.id.in_([delivery.id for delivery in deliveries])
        values = {"sent_at": at, "status": Status.SENT, "is_open": False, "attempts": outbox.c.attempts + 1}
        with self._database.write() as connection:
            connection.execute(outbox.update().where(done).values(values))


class LineOutbox:
    """Deliveries to LINE. A claim is written down before its call, so that a crash never forgets an attempt."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, now: datetime.datetime, lease: datetime.timedelta, limit: int) -> tuple[Claim, ...]:
        """The oldest due delivery of each chat that nobody is at; leased, its next step decided and stored."""
        with self._database.write() as connection:
            rows = connection.execute(_due_line(now, limit)).all()
            claims = tuple(Claim.of(row, now, _held(connection, row)) for row in rows)
            for claim in claims:
                connection.execute(
                    outbox.update()
                    .where(outbox.c.id == claim.id)
                    .values(
                        status=claim.status,
                        attempts=claim.attempts,
                        retry_key=claim.retry_key,
                        leased_until=now + lease,
                        first_attempt_at=claim.first_attempt_at,
                    )
                )
        return claims

    def release(self) -> None:
        """Gives back all leases: nobody else can hold one where this is the only process (SQLite)."""
        with self._database.write() as connection:
            connection.execute(outbox.update().where(outbox.c.is_open).values(leased_until=None))

    def keep_payload(self, claim_id: int, payload: str) -> None:
        """Stores the messages as they are about to be sent for the first time."""
        with self._database.write() as connection:
            connection.execute(outbox.update().where(outbox.c.id == claim_id).values(payload=payload))

    def settle(self, settled: Settled, now: datetime.datetime) -> None:
        """Stores what became of a claim and gives the lease back."""
        with self._database.write() as connection:
            connection.execute(
                outbox.update()
                .where(outbox.c.id == settled.id)
                .values(
                    status=settled.status,
                    next_attempt_at=settled.next_attempt_at or now,
                    leased_until=None,
                    error=settled.error[:500],
                    sent_at=now if settled.status in {Status.SENT, Status.ASSUMED} else None,
                    is_open=settled.is_open,
                )
            )

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


def _held(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> tuple[tuple[int, str], ...]:
    """What the monthly limit held back in the chat of an outbox row."""
    query = sa.select(outbox.c.id, outbox.c.payload).where(
        outbox.c.conversation_id == row.conversation_id, outbox.c.status == Status.HELD, outbox.c.id < row.id
    )
    return tuple((found.id, found.payload) for found in connection.execute(query.order_by(outbox.c.id)))


def _due_line(now: datetime.datetime, limit: int) -> sa.Select[tuple[object, ...]]:
    """Open deliveries whose time has come, unleased, and before which nothing is open in the same chat."""
    earlier = (
        sa.select(_older.c.id)
        .where(_older.c.conversation_id == outbox.c.conversation_id, _older.c.is_open, _older.c.id < outbox.c.id)
        .where(_older.c.status != Status.HELD)
        .exists()
    )
    free = sa.or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < now)
    return (
        sa.select(outbox, conversations.c.channel_key, messages.c.parts)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(
            messages,
            sa.and_(messages.c.conversation_id == outbox.c.conversation_id, messages.c.seq == outbox.c.seq),
        )
        .where(outbox.c.is_open, outbox.c.channel == "line", outbox.c.next_attempt_at <= now, free, ~earlier)
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(of=outbox, skip_locked=True)
    )
