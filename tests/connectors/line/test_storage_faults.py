"""The database locked, full or restarted under load: LINE is told to come again, and nothing acknowledged is lost."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.engine import Engine
from tests.connectors.line.conftest import SECRET, Line, connected
from tests.connectors.line.test_webhook import QUESTION, delivered
from tests.line_api import FakeLine, events
from tests.servers import Server, free_port


@contextmanager
def running(fake: FakeLine, server: Server) -> Iterator[Line]:
    line = Line(fake, server)
    server.start()
    try:
        yield line
    finally:
        line.http.close()
        server.stop()


def post(line: Line, user: str, text: str = QUESTION) -> int:
    return line.post(events.webhook(line.fake.issue(events.text(user, text)))).status_code


def post_until_taken(line: Line, user: str) -> None:
    """Delivers an event again and again until it is acknowledged, as LINE's redelivery does."""
    body = events.webhook(line.fake.issue(events.text(user, QUESTION)))
    deadline = time.monotonic() + 30
    while line.post(body).status_code != 200:
        assert time.monotonic() < deadline, line.server.log[-2000:]
        time.sleep(0.2)


def test_a_locked_database_makes_line_come_again(engine: Engine, cache_folder: Path, tmp_path: Path) -> None:
    with FakeLine() as fake, running(fake, connected(fake, tmp_path / "data", cache_folder)) as line:
        body = events.webhook(fake.issue(events.text(events.user_id(1), QUESTION)))
        with closing(sqlite3.connect(line.server.data_folder / "sodan.db", isolation_level=None)) as thief:
            thief.execute("BEGIN EXCLUSIVE")
            refused = line.post(body).status_code
            thief.execute("ROLLBACK")

        assert refused == 503
        assert line.post(body).status_code == 200
        assert len(delivered(line, events.user_id(1))) == 1


def test_a_full_disk_refuses_and_loses_nothing_it_acknowledged(
    engine: Engine, cache_folder: Path, tmp_path: Path
) -> None:
    users = [events.user_id(number) for number in range(150)]
    with FakeLine() as fake:
        with running(fake, connected(fake, tmp_path / "data", cache_folder, largest_file=400_000)) as line:
            statuses = {user: post(line, user, QUESTION + "。" + "共済" * 400) for user in users}
        with running(fake, connected(fake, tmp_path / "data", cache_folder)) as line:
            acknowledged = [user for user, status in statuses.items() if status == 200]
            answered = {user: len(delivered(line, user, seconds=20)) for user in acknowledged}

    assert set(statuses.values()) == {200, 503}
    assert answered == dict.fromkeys(acknowledged, 1)


@contextmanager
def own_postgres(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A PostgreSQL cluster of the test's own: its URL, and the command that restarts it as a crash would."""
    found = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))
    if not found or os.geteuid() != 0 or not shutil.which("runuser"):
        pytest.skip("needs root and PostgreSQL's server programs: apt-get install postgresql")
    control, port, data = found[-1], free_port(), folder / "postgres"
    data.mkdir()
    folder.chmod(0o755)
    os.chown(data, pwd.getpwnam("postgres").pw_uid, -1)
    for parent in data.parents:
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    as_postgres = ["runuser", "-u", "postgres", "--", control, "-D", str(data), "-s", "-w", "-l", str(data / "log")]
    options = ["-o", f"-p {port} -k {data} -c listen_addresses=127.0.0.1"]
    subprocess.run([*as_postgres[:-2], "initdb", "-o", "--auth=trust --encoding=UTF8 --no-sync"], check=True)
    subprocess.run([*as_postgres, *options, "start"], check=True)
    try:
        yield (
            f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres",
            [*as_postgres, *options, "restart", "-m", "immediate"],
        )
    finally:
        subprocess.run([*as_postgres, "stop", "-m", "immediate"], check=False)


@pytest.mark.postgres
def test_a_restart_of_postgresql_under_load_loses_and_doubles_nothing(
    engine: Engine, cache_folder: Path, tmp_path: Path
) -> None:
    users = [events.user_id(number) for number in range(120)]
    with own_postgres(tmp_path) as (url, restart), FakeLine() as fake:
        settings = {
            "database_url": url,
            "line_channel_secrets": f'["{SECRET}"]',
            "line_access_token": fake.account.access_token,
            "line_api_url": fake.url,
        }
        with running(fake, Server(tmp_path / "data", cache_folder, settings)) as line:
            restarts: list[Future[object]] = []
            with ThreadPoolExecutor(1) as pool:
                for number, user in enumerate(users):
                    if number in {40, 80}:
                        restarts.append(pool.submit(subprocess.run, restart, check=True, timeout=60))
                    post_until_taken(line, user)
            for future in restarts:
                future.result()
            for user in users:
                delivered(line, user, seconds=30)
            time.sleep(1)
            answered = {user: len(fake.delivered(user)) for user in users}

    assert answered == dict.fromkeys(users, 1)
