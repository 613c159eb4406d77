"""A visitor, an expert and a server that is open today: what tests of the hand-over are played with."""

import datetime
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.calendar import BusinessCalendar, Interval, OwnDay
from connectors.people.model import Role, User
from connectors.people.passwords import Passwords
from connectors.storage.closures import SqlCalendar
from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from connectors.storage.people import SqlPeople
from tests.servers import Server

PASSWORD = "correct horse battery"
PATIENCE = 20.0  # seconds
NO_IDLE = httpx.Limits(max_keepalive_connections=0)  # servers come and go under the tests
WHOLE_DAY = (Interval(0, 24 * 60),)
Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str) -> Found:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen in {PATIENCE} s")


def prepare(url: str, people: Mapping[str, Role], hours: tuple[Interval, ...] = WHOLE_DAY) -> None:
    """A database with users, whose names are their display names too; it is open all of today and tomorrow."""
    database = Database(url)
    migrate(database)
    calendar = SqlCalendar(database, ((),) * 7)
    today = BusinessCalendar.day(datetime.datetime.now(datetime.UTC))
    for number in range(2):
        calendar.set_day(today + datetime.timedelta(days=number), OwnDay(hours))
    now = datetime.datetime.now(datetime.UTC)
    for name, role in people.items():
        user = User(id="", name=name, display_name=name, qualification="中小企業診断士", role=role, created_at=now)
        SqlPeople(database).create(user, Passwords().hash(PASSWORD), None)
    database.close()


@contextmanager
def office(
    folder: Path, index: Path, people: Mapping[str, Role], settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server that is open, with its experts."""
    folder.mkdir(parents=True, exist_ok=True)
    url = (settings or {}).get("database_url") or f"sqlite:///{folder / 'sodan.db'}"
    prepare(url, people)
    server = Server(folder, index, settings).start()
    try:
        yield server
    finally:
        server.kill()


class Visitor:
    """Somebody at the chat page."""

    def __init__(self, server: Server) -> None:
        self.http = httpx.Client(base_url=server.url, timeout=10, limits=NO_IDLE)
        opened = self.http.post("/api/v1/conversations").json()
        self.path = f"/api/v1/conversations/{opened['id']}"
        self.http.headers["Authorization"] = f"Bearer {opened['token']}"

    def say(self, text: str) -> None:
        self._send({"text": text})

    def tap(self, action: str) -> None:
        self._send({"action": action})

    def types(self) -> None:
        assert self.http.post(f"{self.path}/typing").status_code == 204

    def _send(self, what: dict[str, str]) -> None:
        answer = self.http.post(f"{self.path}/messages", json={"client_id": uuid.uuid4().hex, **what})
        assert answer.status_code == 201, answer.text

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(f"{self.path}/messages").json()["messages"]
        return found

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"{self.path}/events", params={"after": 9999, "wait": 0.01}).json()
        status: dict[str, Any] = found["status"]
        return status

    def hears(self, action: str, count: int = 1) -> dict[str, Any]:
        """The newest message that was said with an action, once there are `count` of them."""

        def look() -> dict[str, Any] | None:
            found = [message for message in self.messages() if message["action"] == action]
            return found[-1] if len(found) >= count else None

        return eventually(look, f"a message with the action {action}")

    def reads(self, text: str) -> dict[str, Any]:
        """The message that holds a text."""
        return eventually(
            lambda: next((message for message in self.messages() if text in message["text"]), None), f"「{text}」"
        )

    def wants_a_person(self, question: str = "事業承継について専門家に相談したいです。後継者がいません") -> None:
        """Asks for a person and says yes."""
        self.say(question)
        self.hears("handoff")
        self.tap("connect")
        self.hears("queued")


class Expert:
    """Somebody at the console."""

    def __init__(self, server: Server, name: str) -> None:
        self.http = httpx.Client(base_url=f"{server.url}/api/v1/console", timeout=10, limits=NO_IDLE)
        answer = self.http.post("/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        self.id: str = answer.json()["user"]["id"]

    def board(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.http.get("/events", params={"wait": 0.3}).json()["rows"]
        return rows

    def gets(self, *statuses: str) -> dict[str, Any]:
        """The first chat on the board in one of the states."""

        def look() -> dict[str, Any] | None:
            return next((row for row in self.board() if row["status"] in statuses), None)

        return eventually(look, f"a chat that is {statuses}")

    def sees(self, row: dict[str, Any], **values: object) -> bool:
        """Whether the board, which is renewed every other second, comes to show a chat like this; fails where not."""

        def look() -> bool:
            shown = next((one for one in self.board() if one["id"] == row["id"]), {})
            return all(shown.get(name) == value for name, value in values.items())

        return eventually(look, f"a chat with {values}")

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.http.post(path, json=body)

    def claims(self, row: dict[str, Any]) -> httpx.Response:
        return self.post(f"/handoffs/{row['id']}/claim")

    def replies(self, row: dict[str, Any], text: str, **more: Any) -> httpx.Response:
        return self.post(f"/handoffs/{row['id']}/messages", client_id=uuid.uuid4().hex, text=text, **more)

    def closes(self, row: dict[str, Any], category: str = "solved", **more: Any) -> httpx.Response:
        return self.post(f"/handoffs/{row['id']}/close", category=category, **more)
