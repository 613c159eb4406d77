"""Outgrown: several servers and workers on PostgreSQL, woken through Redis, which is never the truth."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.engine import Engine
from tests.connectors.line.conftest import SECRET, Line
from tests.connectors.line.test_webhook import QUESTION, delivered
from tests.connectors.test_api import Visitor
from tests.line_api import FakeLine, events
from tests.postgres import own_schema
from tests.servers import Process, Server, Worker, free_port

pytestmark = pytest.mark.postgres
USERS = 60


@contextmanager
def own_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of the test's own, which it may kill."""
    if not (command := shutil.which("redis-server")):
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    port = free_port()
    started = [command, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(started, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0", process
    process.kill()
    process.wait()


class Cluster:
    """Two servers that only take in, two workers that answer and deliver."""

    def __init__(self, folder: Path, index: Path, fake: FakeLine, database: str, redis: str) -> None:
        settings = {
            "database_url": database,
            "redis_url": redis,
            "line_channel_secrets": f'["{SECRET}"]',
            "line_access_token": fake.account.access_token,
            "line_api_url": fake.url,
        }
        self.servers = [Server(folder / f"server-{n}", index, {**settings, "workers": "0"}) for n in range(2)]
        self.workers: list[Process] = [Worker(folder / f"worker-{n}", index, settings) for n in range(2)]
        self.lines = [Line(fake, server) for server in self.servers]

    def start(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda process: process.start(), [*self.servers, *self.workers]))

    def stop(self) -> None:
        for line in self.lines:
            line.http.close()
        for process in [*self.servers, *self.workers]:
            process.stop()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with own_redis(tmp_path) as found:
        yield found


@pytest.fixture
def cluster(
    engine: Engine, cache_folder: Path, tmp_path: Path, redis: tuple[str, subprocess.Popen[bytes]]
) -> Iterator[Cluster]:
    with own_schema() as database, FakeLine() as fake:
        made = Cluster(tmp_path, cache_folder, fake, database, redis[0])
        made.start()
        yield made
        made.stop()


def ask_all(cluster: Cluster, users: list[str]) -> None:
    """Every user asks once, and every event comes to both servers."""
    fake = cluster.lines[0].fake
    bodies = [events.webhook(fake.issue(events.text(user, QUESTION))) for user in users]
    posts = [(line, body) for body in bodies for line in cluster.lines]
    with ThreadPoolExecutor(4) as pool:
        assert {answer.status_code for answer in pool.map(lambda post: post[0].post(post[1]), posts)} == {200}


def counts(cluster: Cluster, users: list[str], seconds: float = 30) -> dict[str, int]:
    """How often each user was answered, once all were and a moment more has gone by."""
    for user in users:
        delivered(cluster.lines[0], user, seconds=seconds)
    time.sleep(1)
    return {user: len(cluster.lines[0].fake.delivered(user)) for user in users}


def test_what_comes_to_any_server_is_answered_once_by_any_worker(cluster: Cluster) -> None:
    users = [events.user_id(number) for number in range(USERS)]

    ask_all(cluster, users)

    assert counts(cluster, users) == dict.fromkeys(users, 1)


def test_a_listener_on_one_server_is_woken_by_a_worker_elsewhere(cluster: Cluster) -> None:
    visitor = Visitor(cluster.servers[0])
    visitor.say("こんにちは")
    started = time.monotonic()

    question, answer = visitor.wait_for(2)

    visitor.http.close()
    assert (question["role"], answer["role"]) == ("user", "bot")
    assert time.monotonic() - started < 5


def test_without_redis_everything_still_arrives(cluster: Cluster, redis: tuple[str, subprocess.Popen[bytes]]) -> None:
    users = [events.user_id(number) for number in range(20)]
    ask_all(cluster, users[:10])
    redis[1].kill()
    redis[1].wait()

    ask_all(cluster, users[10:])

    assert counts(cluster, users, seconds=40) == dict.fromkeys(users, 1)


def test_killed_workers_lose_and_double_nothing(cluster: Cluster) -> None:
    users = [events.user_id(number) for number in range(USERS)]
    for number in range(4):
        ask_all(cluster, users[number * 15 : (number + 1) * 15])
        worker = cluster.workers[number % 2]
        worker.kill()
        worker.start()

    assert counts(cluster, users, seconds=60) == dict.fromkeys(users, 1)


def test_a_worker_on_sqlite_is_refused_with_a_reason(engine: Engine, cache_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="PostgreSQL"):
        Worker(tmp_path / "data", cache_folder).start()
