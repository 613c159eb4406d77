"""A real server for the browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Engine
from tests.servers import Server


@pytest.fixture(scope="session")
def live_server(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all browser tests of this process (`engine` makes sure that the index is built)."""
    server = Server(tmp_path_factory.mktemp("live") / "data", cache_folder).start()
    yield server
    server.stop()
