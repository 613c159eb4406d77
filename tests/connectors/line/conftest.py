"""A real server that talks to the fake LINE API through the real SDK."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.engine import Engine
from tests.line_api import FakeLine, events
from tests.line_api.signing import headers
from tests.servers import Server

_users = itertools.count(1_000)
SECRET = "channel-secret-of-the-tests"


class Line:
    """The fake LINE with the server behind its webhook."""

    def __init__(self, fake: FakeLine, server: Server) -> None:
        self.fake = fake
        self.server = server
        # No connection is kept: one that the server has just closed for idleness would fail the next post.
        self.http = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))

    def post(self, body: bytes, secret: str = SECRET) -> httpx.Response:
        """Delivers a webhook body as LINE does."""
        return self.http.post(f"{self.server.url}/line/webhook", content=body, headers=headers(secret, body))


def connected(fake: FakeLine, data_folder: Path, cache_folder: Path, largest_file: int = 0) -> Server:
    """A server, not yet started, whose LINE account is the fake one."""
    settings = {
        "line_channel_secrets": f'["old-secret", "{SECRET}"]',
        "line_access_token": fake.account.access_token,
        "line_api_url": fake.url,
    }
    return Server(data_folder, cache_folder, settings, largest_file)


@pytest.fixture(scope="module")
def line(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """One server for the tests of a module; each test takes a user of its own."""
    with FakeLine() as fake:
        both = Line(fake, connected(fake, tmp_path_factory.mktemp("line") / "data", cache_folder).start())
        yield both
        both.http.close()
        both.server.stop()


@pytest.fixture
def user() -> str:
    """A LINE user whom nobody has met."""
    return events.user_id(next(_users))
