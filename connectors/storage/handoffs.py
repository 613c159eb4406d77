"""Handoffs in the tables `handoffs` and `handoff_moves`, inside the transactions of whoever changes them."""

import datetime
import secrets
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import structs

from bot.handoff import Handoff
from connectors.storage.schema import UtcDateTime, handoff_moves, handoffs

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is taken for something else
_STORED = tuple(name for name in Handoff.__struct_fields__ if name not in {"id", "moves"})
_LATEST = handoffs.alias("latest")
_NEWEST = sa.select(handoffs).where(
    handoffs.c.id.in_(
        sa.select(sa.func.max(_LATEST.c.id))
        .where(_LATEST.c.conversation_id.in_(sa.bindparam("conversations", expanding=True)))
        .group_by(_LATEST.c.conversation_id)
    )
)
_SINCE = sa.func.coalesce(handoffs.c.joined_at, handoffs.c.opened_at)
_WAITING = (
    sa.select(handoffs.c.id, handoffs.c.speciality)
    .where(handoffs.c.is_open, handoffs.c.status == "queued")
    .order_by(handoffs.c.priority.desc(), _SINCE, handoffs.c.id)
)

_ASKED_SINCE = sa.bindparam("since", type_=UtcDateTime)
_EARLIER = sa.or_(_ASKED_SINCE > _SINCE, sa.and_(_ASKED_SINCE == _SINCE, handoffs.c.id < sa.bindparam("number")))
_BEFORE = sa.or_(
    handoffs.c.priority > sa.bindparam("priority"),
    sa.and_(handoffs.c.priority == sa.bindparam("priority"), _EARLIER),
)
_QUEUED_BEFORE = sa.select(sa.func.count()).where(
    handoffs.c.is_open, handoffs.c.status == sa.bindparam("status"), _BEFORE
)
_PROMISED_BEFORE = _QUEUED_BEFORE.where(handoffs.c.promised_for <= sa.bindparam("day"))


def new_receipt() -> str:
    """A code that cannot be guessed and can be read out: eight characters, 39 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def latest(connection: sa.Connection, conversations: Collection[str]) -> dict[str, Handoff]:
    """The last handoff of each conversation that has one."""
    rows = connection.execute(_NEWEST, {"conversations": list(conversations)})
    return {row.conversation_id: as_handoff(row) for row in rows}


def as_handoff(row: sa.Row[Any]) -> Handoff:
    """The handoff of a row."""
    values = row._mapping
    return Handoff(id=str(row.id), **{name: values[name] for name in _STORED})


def keep(connection: sa.Connection, conversation_id: str, handoff: Handoff, at: datetime.datetime) -> Handoff:
    """Stores a handoff with the moves made since it was loaded; returns it as it is stored."""
    values = {name: getattr(handoff, name) for name in _STORED} | {"is_open": handoff.is_open, "changed_at": at}
    if handoff.id:
        connection.execute(handoffs.update().where(handoffs.c.id == int(handoff.id)).values(values))
        identifier = int(handoff.id)
    else:
        inserted = handoffs.insert().values(values | {"conversation_id": conversation_id}).returning(handoffs.c.id)
        identifier = connection.execute(inserted).scalar_one()
    if handoff.moves:
        connection.execute(handoff_moves.insert(), list(_moves(identifier, handoff)))
    return structs.replace(handoff, id=str(identifier), moves=())


def _moves(identifier: int, handoff: Handoff) -> Iterable[dict[str, object]]:
    for move in handoff.moves:
        yield {
            "handoff_id": identifier,
            "before": move.before,
            "after": move.after,
            "reason": move.reason,
            "actor_kind": move.actor.kind,
            "actor": move.actor.id,
            "note": move.note,
            "at": move.at,
        }


class Waiting(NamedTuple):
    """A handoff in the queue."""

    number: int
    speciality: str


def waiting(connection: sa.Connection) -> list[Waiting]:
    """The queue, in its order: that of `bot.queueing.in_order`."""
    return [Waiting(*row) for row in connection.execute(_WAITING)]


def order(connection: sa.Connection) -> tuple[int, ...]:
    """The handoffs of the queue by their numbers, in its order."""
    return tuple(connection.scalars(_WAITING))


def place(connection: sa.Connection, handoff: Handoff) -> int:
    """The place from 1 of a handoff in the queue, or of a promise among those of its day and those overdue.

    Counts those before it, in the order of `bot.queueing.in_order`: every user who waits asks again and again.
    """
    values = {
        "status": handoff.status,
        "priority": handoff.priority,
        "since": handoff.joined_at or handoff.opened_at,
        "number": int(handoff.id),
        "day": handoff.promised_for,
    }
    statement = _PROMISED_BEFORE if handoff.status == "promised" else _QUEUED_BEFORE
    return connection.execute(statement, values).scalar_one() + 1
