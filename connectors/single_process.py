"""Holds the embedded database for one process: SQLite with workers in two processes would answer out of order."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunningError(RuntimeError):
    """Another process uses the same embedded database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"別の sodan serve が同じデータ({path})を使っています。止めてから始めるか、"
            "複数で動かすときは SODAN_DATABASE_URL に PostgreSQL を指定してください"
        )


@contextmanager
def only_process(path: Path) -> Iterator[None]:
    """Holds a lock beside the database `path` as long as the block runs; the system frees it after a crash.

    Raises:
        AlreadyRunningError: Another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(path) from error
        yield
