"""The databases that every storage contract is held against."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from tests.postgres import own_schema


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the present schema."""
    if request.param == "sqlite":
        yield from _migrated(f"sqlite:///{tmp_path / 'sodan.db'}")
    else:
        with own_schema() as url:
            yield from _migrated(url)


def _migrated(url: str) -> Iterator[Database]:
    made = Database(url)
    migrate(made)
    yield made
    made.close()
