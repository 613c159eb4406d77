"""What was acknowledged is answered exactly once, whatever happens to the server or its disk."""

import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bot.engine import Engine
from tests.connectors.console.people import eventually
from tests.servers import Server

CONVERSATIONS = 100
ENOUGH = 20  # acknowledged messages to make the crash matter


@pytest.fixture
def server(engine: Engine, cache_folder: Path, tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", cache_folder).start()
    yield running
    running.stop()


def opened(server: Server) -> tuple[str, dict[str, str]]:
    answer = httpx.post(f"{server.url}/api/v1/conversations").raise_for_status().json()
    path = f"{server.url}/api/v1/conversations/{answer['id']}"
    return path, {"Authorization": f"Bearer {answer['token']}"}


def say(path: str, headers: dict[str, str], client_id: str, text: str = "こんにちは") -> httpx.Response:
    return httpx.post(f"{path}/messages", headers=headers, json={"client_id": client_id, "text": text}, timeout=30)


def wait_until_answered(path: str, headers: dict[str, str], count: int) -> list[dict[str, object]]:
    """All messages of a conversation once `count` answers are among them, or after some seconds."""
    deadline = time.monotonic() + 20
    while True:
        messages: list[dict[str, object]] = httpx.get(f"{path}/messages", headers=headers).json()["messages"]
        if sum(m["role"] == "bot" for m in messages) >= count or time.monotonic() > deadline:
            return messages
        time.sleep(0.05)


def test_a_killed_server_answers_all_it_acknowledged_exactly_once(server: Server) -> None:
    conversations = [opened(server) for _ in range(CONVERSATIONS)]
    acknowledged: list[list[str]] = [[] for _ in conversations]
    killed = threading.Event()

    def chat(number: int) -> None:
        path, headers = conversations[number]
        while not killed.is_set():
            client_id = uuid.uuid4().hex
            try:
                if say(path, headers, client_id).status_code == 201:
                    acknowledged[number].append(client_id)
            except httpx.TransportError:
                return

    with ThreadPoolExecutor(20) as pool:
        running = [pool.submit(chat, number) for number in range(CONVERSATIONS)]
        eventually(lambda: sum(map(len, acknowledged)) > ENOUGH, "enough messages")
        server.kill()
        killed.set()
        for future in running:
            future.result()
    server.start()

    for (path, headers), client_ids in zip(conversations, acknowledged, strict=True):
        messages = wait_until_answered(path, headers, len(client_ids))
        stored = [m["client_id"] for m in messages if m["role"] == "user"]
        assert set(client_ids) <= set(stored)
        assert len(stored) == len(set(stored))
        assert sum(m["role"] == "bot" for m in wait_until_answered(path, headers, len(stored))) == len(stored)
        assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))


def test_a_message_sent_again_after_the_crash_is_not_doubled(server: Server) -> None:
    path, headers = opened(server)
    assert say(path, headers, "same").status_code == 201
    server.kill()
    server.start()

    assert say(path, headers, "same").status_code == 200
    assert [m["role"] for m in wait_until_answered(path, headers, 1)] == ["user", "bot"]


def test_a_locked_database_refuses_cleanly_and_loses_nothing(server: Server) -> None:
    path, headers = opened(server)
    say(path, headers, "before")
    wait_until_answered(path, headers, 1)

    with closing(sqlite3.connect(server.data_folder / "sodan.db", isolation_level=None)) as thief:
        thief.execute("BEGIN EXCLUSIVE")
        refused = say(path, headers, "during")
        thief.execute("ROLLBACK")

    assert refused.status_code == 503
    assert refused.json()["code"] == "storage-unavailable"
    assert refused.headers["retry-after"]
    assert say(path, headers, "during").status_code == 201
    answered = wait_until_answered(path, headers, 2)
    assert [m["client_id"] for m in answered if m["role"] == "user"] == ["before", "during"]


def test_a_full_disk_refuses_cleanly_and_keeps_what_was_acknowledged(server: Server) -> None:
    path, headers = opened(server)
    say(path, headers, "before")
    wait_until_answered(path, headers, 1)
    server.stop()
    written = max(file.stat().st_size for file in server.data_folder.glob("sodan.db*"))
    full = Server(server.data_folder, server.data_folder, largest_file=written + 200_000).start()

    moved = path.replace(server.url, full.url)
    statuses = {say(moved, headers, f"big-{number}", "共済" * 900).status_code for number in range(120)}
    full.stop()
    server.start()

    assert statuses == {201, 503}
    assert "before" in [m["client_id"] for m in wait_until_answered(path, headers, 1)]
    assert say(path, headers, "after").status_code == 201


def test_a_second_server_on_the_same_data_is_refused_with_a_reason(server: Server) -> None:
    second = Server(server.data_folder, server.data_folder)

    with pytest.raises(RuntimeError, match="PostgreSQL"):
        second.start()


def test_a_server_asked_to_stop_does_so_in_a_moment(server: Server) -> None:
    path, headers = opened(server)

    with httpx.stream("GET", f"{path}/events", headers=headers) as stream:
        next(stream.iter_raw())
        started = time.monotonic()
        status = server.stop()

    assert status in {0, -signal.SIGTERM}
    assert time.monotonic() - started < 8
