"""The connection to the database: how transactions begin, and what its failures mean."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa

from bot.ports import StorageUnavailableError

WAL_PAGES = 8_000  # of 4 KB before they are put into the database file: seldom, because every writer waits for it
BUSY_SECONDS = 5  # how long a transaction waits for a lock held by somebody else


class Database:
    """One database with two kinds of transactions: reading ones, and writing ones.

    On SQLite writers take turns behind a lock of this process (fair and without polling) and begin with
    BEGIN IMMEDIATE, so that a transaction never fails half-way for want of the write lock.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}} if self.is_sqlite else {}
        self.engine = sa.create_engine(self.url, pool_size=10, pool_pre_ping=not self.is_sqlite, **options)
        self._writing = threading.Lock()
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that writes; it commits when the block ends well and leaves no trace when it does not."""
        with _translated(), self._writing if self.is_sqlite else nullcontext(), self.engine.connect() as plain:
            connection = plain.execution_options(sodan_writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
        raise StorageUnavailableError(str(getattr(error, "orig", error))) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"wal_autocheckpoint={WAL_PAGES}",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("sodan_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
