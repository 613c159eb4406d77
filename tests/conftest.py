"""Fixtures that several folders share: the engine over the real knowledge, and a clock that stands still."""

import datetime
from pathlib import Path

import pytest

from bot.assembly import build_engine
from bot.engine import Engine
from knowledge.library import Library
from tests.fakes import FixedClock


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
