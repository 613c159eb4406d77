"""The business calendar with the operator's own days and the switch that closes at once."""

import datetime
import threading
import time

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from bot.calendar import BusinessCalendar, Intervals, OwnDay
from connectors.storage.database import Database
from connectors.storage.rows import to_json
from connectors.storage.schema import calendar_days, switches
from connectors.storage.upserting import upsert

FRESH_SECONDS = 2.0  # how long a change made by another process may stay unseen
_CLOSED_NOW = {"name": "closed-now"}


class ClosedNow(Struct, frozen=True):
    """Somebody closed at once, for the rest of the day of `at`."""

    words: str
    by: str
    at: datetime.datetime


class SqlCalendar:
    """The calendar over the tables `calendar_days` and `switches`; `week` are the regular hours."""

    def __init__(self, database: Database, week: tuple[Intervals, ...]) -> None:
        self._database = database
        self._week = week
        self._lock = threading.Lock()
        self._loaded: BusinessCalendar | None = None
        self._loaded_at = 0.0

    def load(self) -> BusinessCalendar:
        """The present calendar. What another process changes shows after `FRESH_SECONDS`, what this one does at once.

        Raises:
            StorageUnavailableError: It cannot be read.
        """
        with self._lock:
            if self._loaded is None or time.monotonic() - self._loaded_at > FRESH_SECONDS:
                self._loaded = self._read()
                self._loaded_at = time.monotonic()
            return self._loaded

    def closed_now(self) -> ClosedNow | None:
        """The switch as it was last used; None where it is off. It counts on its own day only."""
        with self._database.read() as connection:
            return _closed_now(connection)

    def set_day(self, date: datetime.date, day: OwnDay) -> None:
        """Keeps other hours on a day."""
        with self._database.write() as connection:
            values = {"intervals": to_json(day.intervals), "words": day.words}
            upsert(connection, calendar_days, {"date": date}, values)
        self._forget()

    def remove_day(self, date: datetime.date) -> bool:
        """Keeps the regular hours on a day again; whether there were others."""
        with self._database.write() as connection:
            removed = connection.execute(calendar_days.delete().where(calendar_days.c.date == date)).rowcount > 0
        self._forget()
        return removed

    def close_now(self, words: str, by: str, at: datetime.datetime) -> None:
        """Closes from `at` to the end of that day."""
        self._switch(by, at, is_on=True, words=words)

    def open_again(self, by: str, at: datetime.datetime) -> None:
        """Takes `close_now` back."""
        self._switch(by, at, is_on=False, words="")

    def _switch(self, by: str, at: datetime.datetime, *, is_on: bool, words: str) -> None:
        values = {"is_on": is_on, "words": words, "changed_at": at, "changed_by": by}
        with self._database.write() as connection:
            upsert(connection, switches, _CLOSED_NOW, values)
        self._forget()

    def _forget(self) -> None:
        # Whoever is reading holds the lock: what they read before the change is dropped here, never kept after it.
        with self._lock:
            self._loaded = None

    def _read(self) -> BusinessCalendar:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(calendar_days))
            own = {row.date: OwnDay(msgspec.json.decode(row.intervals, type=Intervals), row.words) for row in rows}
            closed = _closed_now(connection)
        return BusinessCalendar(self._week, own, closed.at if closed else None)


def _closed_now(connection: sa.Connection) -> ClosedNow | None:
    mine = sa.and_(switches.c.name == _CLOSED_NOW["name"], switches.c.is_on)
    row = connection.execute(sa.select(switches).where(mine)).first()
    return ClosedNow(row.words, row.changed_by, row.changed_at) if row else None
