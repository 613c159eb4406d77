"""The conversation API over HTTP, against a real server."""

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.engine import Engine
from tests.servers import Server

TEXT_LIMIT = 2_000


@pytest.fixture(scope="module")
def server(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("api") / "data", cache_folder).start()
    yield running
    assert "Traceback" not in running.log
    running.stop()


class Visitor:
    """A conversation as the page holds it."""

    def __init__(self, server: Server) -> None:
        self.http = httpx.Client(
            base_url=f"{server.url}/api/v1", timeout=20, limits=httpx.Limits(max_keepalive_connections=0)
        )
        opened = self.http.post("/conversations").raise_for_status().json()
        self.path = f"/conversations/{opened['id']}"
        self.http.headers["Authorization"] = f"Bearer {opened['token']}"

    def say(self, text: str, client_id: str | None = None) -> httpx.Response:
        return self.http.post(f"{self.path}/messages", json={"client_id": client_id or uuid.uuid4().hex, "text": text})

    def tap(self, action: str) -> httpx.Response:
        return self.http.post(f"{self.path}/messages", json={"client_id": uuid.uuid4().hex, "action": action})

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """All messages, once there are `count`, by long polls."""
        messages: list[dict[str, Any]] = []
        while len(messages) < count:
            after = messages[-1]["seq"] if messages else 0
            page = self.http.get(f"{self.path}/events", params={"after": after, "wait": 10}).raise_for_status().json()
            assert page["messages"], f"nothing after {after}"
            messages += page["messages"]
        return messages


@pytest.fixture
def visitor(server: Server) -> Iterator[Visitor]:
    arrived = Visitor(server)
    yield arrived
    arrived.http.close()


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, which must be a problem document in the visitor's language."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert any("ぁ" <= letter <= "ん" for letter in body["detail"])
    assert "Traceback" not in response.text
    return response.status_code, body["code"]


def test_a_question_is_stored_and_answered(visitor: Visitor) -> None:
    stored = visitor.say("神奈川の活性化協議会の電話番号")

    assert stored.status_code == 201
    question, answer = visitor.wait_for(2)
    assert stored.json()["message"] == question
    assert (question["role"], question["seq"], answer["role"], answer["seq"]) == ("user", 1, "bot", 2)
    (contacts,) = (part["items"] for part in answer["parts"] if part["type"] == "contacts")
    assert contacts[0]["tel"] == "045-633-5143"


def test_an_answer_carries_its_source_and_date(visitor: Visitor) -> None:
    visitor.tap("entry:safety-004")

    question, answer = visitor.wait_for(2)

    (sources,) = (part["items"] for part in answer["parts"] if part["type"] == "sources")
    assert question["text"] == "経営セーフティ共済ではいくらまで借りられますか"
    assert "8,000万円" in answer["text"]
    assert sources[0]["title"]
    assert sources[0]["as_of"] == "2025-04"


def test_the_same_client_id_is_stored_once(visitor: Visitor) -> None:
    first = visitor.say("共済", client_id="once")
    again = visitor.say("共済", client_id="once")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(visitor.wait_for(2)) == 2


def test_a_stream_resumes_after_what_the_client_has(visitor: Visitor) -> None:
    visitor.say("こんにちは")
    visitor.wait_for(2)
    visitor.say("ありがとう")
    received = []

    with visitor.http.stream("GET", f"{visitor.path}/events", params={"after": 1}) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                received.append(int(line.removeprefix("id: ")))
            if received == [2, 3, 4]:
                break

    assert received == [2, 3, 4]


def test_a_waiting_long_poll_is_answered_when_something_arrives(visitor: Visitor) -> None:
    visitor.say("こんにちは")
    visitor.wait_for(2)
    later = threading.Timer(0.3, lambda: visitor.say("ありがとう"))
    later.start()

    page = visitor.http.get(f"{visitor.path}/events", params={"after": 2, "wait": 10}).json()
    later.join()

    assert [message["text"] for message in page["messages"]][:1] == ["ありがとう"]


def test_a_long_poll_without_news_ends_empty(visitor: Visitor) -> None:
    page = visitor.http.get(f"{visitor.path}/events", params={"after": 0, "wait": 0.2}).json()

    assert (page["messages"], page["last_seq"]) == ([], 0)
    assert page["status"]["owner"] == "bot"


def test_nobody_else_reads_a_conversation(visitor: Visitor, server: Server) -> None:
    stranger = Visitor(server)
    stranger.http.close()

    for headers in ({"Authorization": stranger.http.headers["Authorization"]}, {"Authorization": ""}):
        response = visitor.http.get(f"{visitor.path}/messages", headers=headers)
        assert problem(response) == (401, "token-invalid")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"client_id": "a"', (400, "malformed-json")),
        (b"\xff\xfe", (400, "malformed-json")),
        (b"[]", (422, "invalid-request")),
        (b'{"client_id": "a"}', (422, "invalid-request")),
        (b'{"client_id": "a", "text": 5}', (422, "invalid-request")),
        (b'{"client_id": "a", "text": "x", "action": "none"}', (422, "invalid-request")),
        (b'{"client_id": "a", "text": "x", "more": 1}', (422, "invalid-request")),
        (b'{"client_id": "", "text": "x"}', (422, "invalid-request")),
        (b'{"client_id": "' + b"a" * 65 + b'", "text": "x"}', (422, "invalid-request")),
    ],
)
def test_bad_input_is_told_and_nothing_is_stored(visitor: Visitor, content: bytes, expected: tuple[int, str]) -> None:
    response = visitor.http.post(
        f"{visitor.path}/messages", content=content, headers={"Content-Type": "application/json"}
    )

    assert problem(response) == expected
    assert visitor.http.get(f"{visitor.path}/messages").json()["messages"] == []


def test_an_over_long_text_is_refused_politely(visitor: Visitor) -> None:
    assert problem(visitor.say("あ" * (TEXT_LIMIT + 1))) == (422, "text-too-long")
    assert visitor.say("あ" * TEXT_LIMIT).status_code == 201


def test_a_huge_body_is_not_read(visitor: Visitor) -> None:
    assert problem(visitor.say("あ" * 100_000)) == (413, "body-too-large")


def test_unknown_things_are_not_found(server: Server) -> None:
    assert problem(httpx.get(f"{server.url}/api/v1/conversations/nobody/messages")) == (404, "conversation-not-found")
    assert problem(httpx.get(f"{server.url}/nothing/here")) == (404, "not-found")
    assert problem(httpx.delete(f"{server.url}/api/v1/ask")) == (405, "method-not-allowed")


@pytest.mark.parametrize("text", ["\ud83d", "😀" * 500, "\x00\x01", "<script>alert(1)</script>", "' OR 1=1 --", " "])
def test_odd_texts_are_answered(visitor: Visitor, text: str) -> None:
    sent = visitor.http.post(
        f"{visitor.path}/messages",
        content=json.dumps({"client_id": "odd", "text": text}),
        headers={"Content-Type": "application/json"},
    )

    assert sent.status_code == 201
    assert visitor.wait_for(2)[1]["text"]


@pytest.mark.parametrize("action", ["entry:gone-999", "nonsense", "prefecture:99", "desk:nobody", "entry:"])
def test_stale_buttons_are_answered(visitor: Visitor, action: str) -> None:
    assert visitor.tap(action).status_code == 201
    assert visitor.wait_for(2)[1]["text"]


def test_ask_gives_the_decision_of_the_contract(server: Server) -> None:
    decision = httpx.post(f"{server.url}/api/v1/ask", json={"text": "補助金"}).raise_for_status().json()

    assert decision["action"] == "clarify"
    assert len(decision["choices"]) > 2
    assert decision["elapsed_ms"] > 0
    assert set(decision) >= {"confidence", "text", "entry_id", "candidates", "programs", "institutions", "contacts"}


def test_suggestions_come_while_typing(server: Server) -> None:
    found = httpx.get(f"{server.url}/api/v1/suggest", params={"q": "セーフティ共済 解約"}).json()["suggestions"]

    assert 1 <= len(found) <= 5
    assert all(suggestion["question"] and suggestion["entry_id"] for suggestion in found)
    assert httpx.get(f"{server.url}/api/v1/suggest", params={"q": ""}).json() == {"suggestions": []}


def test_the_page_is_served_with_a_strict_policy(server: Server) -> None:
    page = httpx.get(server.url)

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


def test_what_a_conversation_says_is_never_cached(visitor: Visitor) -> None:
    assert visitor.http.get(f"{visitor.path}/messages").headers["cache-control"] == "no-store"


def test_any_page_may_ask_whether_experts_are_there_and_keep_it_for_a_minute(server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/v1/hours", headers={"Origin": "https://example.jp"})

    found = answer.raise_for_status().json()
    assert set(found) == {"open", "text", "opens_at", "closes_at", "last_call"}
    assert found["text"].startswith("平日9時〜17時")
    assert [found["opens_at"] is None, found["closes_at"] is None] == [found["open"], not found["open"]]
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_server_says_that_it_lives_and_is_ready(server: Server) -> None:
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{server.url}/readyz").json() == {"status": "ready"}
