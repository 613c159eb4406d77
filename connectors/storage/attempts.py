"""Log-in attempts in the table `login_attempts`: how often a name may be tried, whether or not somebody has it."""

import datetime
import hashlib
import unicodedata

import sqlalchemy as sa

from connectors.storage.database import Database
from connectors.storage.schema import login_attempts
from connectors.storage.upserting import upsert

MOST_FAILURES = 5  # in a row
LOCKED_FOR = datetime.timedelta(minutes=15)
_REMEMBERED = datetime.timedelta(days=1)


class LoginLockedError(Exception):
    """The name is locked after too many failures."""

    def __init__(self, remaining: datetime.timedelta) -> None:
        super().__init__(f"locked for {remaining}")
        self.remaining = remaining


class SqlAttempts:
    """Counts attempts before they are made, so that many at once are no more than many in a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, at: datetime.datetime) -> bool:
        """Counts an attempt as failed until `succeed` is called; whether it is the last one before the lock.

        Raises:
            LoginLockedError: The name is locked.
        """
        key = {"name_hash": _hashed(name)}
        with self._database.write() as connection:
            upsert(connection, login_attempts, key, {"tried_at": at}, new={"failures": 0})
            mine = login_attempts.c.name_hash == key["name_hash"]
            row = connection.execute(sa.select(login_attempts).where(mine)).one()
            if row.locked_until is not None and at < row.locked_until:
                raise LoginLockedError(row.locked_until - at)
            failures = 1 if row.locked_until else row.failures + 1
            is_last = failures >= MOST_FAILURES
            values = {"failures": failures, "locked_until": at + LOCKED_FOR if is_last else None}
            connection.execute(login_attempts.update().where(mine).values(values))
        return is_last

    def succeed(self, name: str, at: datetime.datetime) -> None:
        """Starts counting anew; forgets what was tried long ago under any name."""
        with self._database.write() as connection:
            forget_attempts(connection, name)
            connection.execute(login_attempts.delete().where(login_attempts.c.tried_at < at - _REMEMBERED))

    def is_locked(self, name: str, at: datetime.datetime) -> bool:
        """Whether the name is locked."""
        mine = login_attempts.c.name_hash == _hashed(name)
        with self._database.read() as connection:
            until = connection.execute(sa.select(login_attempts.c.locked_until).where(mine)).scalar()
        return until is not None and at < until


def forget_attempts(connection: sa.Connection, name: str) -> None:
    """Unlocks a name inside a running transaction."""
    connection.execute(login_attempts.delete().where(login_attempts.c.name_hash == _hashed(name)))


def _hashed(name: str) -> str:
    same = unicodedata.normalize("NFKC", name).strip().casefold()
    return hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()
