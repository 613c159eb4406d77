"""A real server for the browser, and the pages of the experts' console."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Engine
from tests.e2e.console_page import chromium, console, fake, new_console
from tests.e2e.people_chat import axe, desk, new_visit, staffed_server, visit
from tests.servers import Server

__all__ = [
    "axe", "chromium", "console", "desk", "fake", "live_server", "new_console", "new_visit", "staffed_server", "visit",
]  # fmt: skip


@pytest.fixture(scope="session")
def live_server(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all browser tests of this process (`engine` makes sure that the index is built)."""
    server = Server(tmp_path_factory.mktemp("live") / "data", cache_folder).start()
    yield server
    server.stop()
