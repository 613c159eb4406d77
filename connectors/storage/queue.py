"""The queue and who is on duty, as the database knows them; the rules are `bot.queueing`."""

import datetime
import json

import sqlalchemy as sa

from bot.handoff import Handoff
from bot.queueing import Duty, estimate_minutes
from bot.reception import Standing
from connectors.storage.handoffs import place
from connectors.storage.schema import handoffs, users

_COLUMNS = (
    users.c.id,
    users.c.specialities,
    users.c.seen_at,
    users.c.is_away,
    users.c.capacity,
    sa.func.coalesce(users.c.last_assigned_at, users.c.created_at).label("idle_since"),
)
_BUSY = (
    sa.select(handoffs.c.expert, sa.func.count().label("load"))
    .where(handoffs.c.is_open, handoffs.c.status.in_(("assigned", "active")))
    .group_by(handoffs.c.expert)
)
_PEOPLE = sa.select(*_COLUMNS).where(users.c.disabled_at.is_(None), users.c.role.in_(("expert", "supervisor", "admin")))
GRACE = datetime.timedelta(seconds=60)  # without a sign of an expert before they are taken for gone


def on_duty(connection: sa.Connection, at: datetime.datetime) -> list[Duty]:
    """The experts, with who is there and how much each has."""
    load = {row.expert: row.load for row in connection.execute(_BUSY)}
    return [
        Duty(
            id=str(row.id),
            specialities=frozenset(json.loads(row.specialities)),
            is_present=row.seen_at is not None and at - row.seen_at <= GRACE,
            is_away=row.is_away,
            load=load.get(str(row.id), 0),
            capacity=row.capacity,
            idle_since=row.idle_since,
        )
        for row in connection.execute(_PEOPLE)
    ]


def standing(connection: sa.Connection, handoff: Handoff, at: datetime.datetime) -> Standing:
    """Where a handoff stands: its place in the queue with an estimate, or among the promises of its day."""
    match handoff.status:
        case "promised":
            return Standing(place(connection, handoff))
        case "queued":
            number = place(connection, handoff)
            return Standing(number, estimate_minutes(number, on_duty(connection, at)))
    return Standing()
