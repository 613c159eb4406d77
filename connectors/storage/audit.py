"""Who did what, in the table `audit`: written in the transaction of what was done wherever there is one."""

import datetime
from typing import Any

import sqlalchemy as sa

from connectors.people.model import AuditEntry, User
from connectors.storage.database import Database
from connectors.storage.schema import audit

TERMINAL = "端末"  # the actor's name where somebody works at the command line


class SqlAudit:
    """The audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, entry: AuditEntry) -> None:
        """Adds an entry."""
        with self._database.write() as connection:
            record(connection, entry)

    def list(self, limit: int) -> tuple[AuditEntry, ...]:
        """The last entries, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(audit).order_by(audit.c.id.desc()).limit(limit))
            return tuple(_entry(row) for row in rows)


def record(connection: sa.Connection, entry: AuditEntry) -> None:
    """Adds an entry inside a running transaction."""
    connection.execute(
        audit.insert().values(
            at=entry.at,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name,
            what=entry.what,
            target=entry.target,
            detail=entry.detail,
        )
    )


def done_by(user: User | None, at: datetime.datetime, what: str, *, target: str = "", detail: str = "") -> AuditEntry:
    """What `user` did; None is somebody at the command line."""
    return AuditEntry(at, what, user.id if user else None, user.name if user else TERMINAL, target, detail)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(row.at, row.what, row.actor_id, row.actor_name, row.target, row.detail)
