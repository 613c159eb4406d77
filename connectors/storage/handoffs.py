"""Handoffs in the tables `handoffs` and `handoff_moves`, inside the transactions of whoever changes them."""

import datetime
import secrets
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from bot.handoff import Handoff
from bot.queueing import in_order
from connectors.storage.schema import handoff_moves, handoffs

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
_QUEUED = sa.select(handoffs).where(handoffs.c.is_open, handoffs.c.status == "queued")
_SINCE = sa.func.coalesce(handoffs.c.joined_at, handoffs.c.opened_at)


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


def queued(connection: sa.Connection) -> list[Handoff]:
    """The queue, in its order."""
    rows = connection.execute(_QUEUED)
    return in_order(map(as_handoff, rows))


def places(connection: sa.Connection) -> dict[int, int]:
    """The place of each handoff in the queue, from 1."""
    order = (handoffs.c.priority.desc(), _SINCE, handoffs.c.id)
    waiting = sa.select(handoffs.c.id).where(handoffs.c.is_open, handoffs.c.status == "queued").order_by(*order)
    return {number: place for place, number in enumerate(connection.scalars(waiting), 1)}


def place(connection: sa.Connection, handoff: Handoff) -> int:
    """The place from 1 of a handoff in the queue, or of a promise among those of its day and those overdue.

    Counts those before it, in the order of `bot.queueing.in_order`: every user who waits asks again and again.
    """
    since = handoff.joined_at or handoff.opened_at
    earlier = sa.or_(_SINCE < since, sa.and_(_SINCE == since, handoffs.c.id < int(handoff.id)))  # noqa: SIM300 - a column
    before = sa.or_(handoffs.c.priority > handoff.priority, sa.and_(handoffs.c.priority == handoff.priority, earlier))
    alike = [handoffs.c.is_open, handoffs.c.status == handoff.status]
    if handoff.status == "promised":
        alike.append(handoffs.c.promised_for <= handoff.promised_for)
    return connection.execute(sa.select(sa.func.count()).where(*alike, before)).scalar_one() + 1
