"""Fixtures that several folders share: the engine over the real knowledge, databases, and a clock that stands still."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assembly import build_engine
from bot.engine import Engine
from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from knowledge.library import Library
from tests.fakes import FixedClock
from tests.postgres import own_schema


@pytest.fixture(scope="session")
def cache_folder() -> Path:
    """Where the search index is kept between runs of the tests."""
    return Path(__file__).parent.parent / "var" / "tests"


@pytest.fixture(scope="session")
def engine(cache_folder: Path) -> Engine:
    """The bot as it is shipped."""
    return build_engine(cache_folder)


@pytest.fixture(scope="session")
def library(engine: Engine) -> Library:
    """The real knowledge."""
    return engine.library


@pytest.fixture
def clock() -> FixedClock:
    """A Friday morning in Tokyo."""
    return FixedClock(datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the present schema, of each kind."""
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
