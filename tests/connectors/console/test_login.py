"""The log-in over HTTP, against the real application on a port, with a clock that the tests move."""

import datetime
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI, Request

from bot.engine import Engine
from connectors.app import create_api
from connectors.console.access import CSRF_HEADER, is_still_in, require
from connectors.people.entering import Entrance
from connectors.people.model import ROLES, AuditEntry, Role, User
from connectors.people.passwords import Passwords
from connectors.runtime import build_runtime
from connectors.settings import Settings
from connectors.storage.audit import SqlAudit
from connectors.storage.database import Database
from connectors.storage.people import SqlPeople
from tests.fakes import FixedClock

PASSWORD = "correct horse battery"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))  # the tests hash a hundred times
NO_IDLE = httpx.Limits(max_keepalive_connections=0)
_names = (f"user{number}" for number in itertools.count())


class House:
    """The application, its clock, and users of it."""

    def __init__(self, app: FastAPI, database: Database, clock: FixedClock) -> None:
        self.clock = clock
        self.people = SqlPeople(database)
        self.audit = SqlAudit(database)
        self._hash = QUICK.hash(PASSWORD)
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run)

    def open(self) -> "House":
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def address(self) -> str:
        host, port = self._server.servers[0].sockets[0].getsockname()
        return f"{host}:{port}"

    def user(self, role: Role = "expert", password_hash: str = "", name: str = "") -> User:
        """A user whom no other test knows."""
        name = name or next(_names)
        made = User(id="", name=name, display_name=f"{name}さん", role=role, created_at=self.clock.now())
        return self.people.create(made, password_hash or self._hash, by=None)

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://{self.address}/api/v1/console", timeout=30, limits=NO_IDLE)

    def deeds(self, user: User) -> list[str]:
        """What the audit log holds of a user, the oldest first."""
        return [entry.what for entry in reversed(self.audit.list(1000)) if entry.target == user.name]


@pytest.fixture(scope="module")
def house(engine: Engine, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    url = f"sqlite:///{tmp_path_factory.mktemp('house') / 'sodan.db'}"
    settings = Settings(data_folder=cache_folder, database_url=url, workers=0)
    clock = FixedClock(datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC))
    running: Any = clock
    runtime = replace(build_runtime(settings), clock=running)
    app = create_api(runtime)
    app.state.people = replace(app.state.people, entrance=Entrance(runtime.database, QUICK, clock))
    _add_probes(app)
    house = House(app, runtime.database, clock).open()
    yield house
    house.close()


def _add_probes(app: FastAPI) -> None:
    """Routes as others write them."""
    for role in ROLES:
        user = Annotated[User, Depends(require(role))]

        def probe(user: Any) -> str:
            return f"secret of {user.name}"

        probe.__annotations__["user"] = user
        app.post(f"/probe/{role}")(probe)

    def still_in(request: Request) -> bool:
        return is_still_in(request)

    app.get("/probe")(still_in)


@pytest.fixture
def browser(house: House) -> Iterator[httpx.Client]:
    with house.browser() as browser:
        yield browser


def log_in(browser: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Logs in as the page does: what changes something later carries the token."""
    answer = browser.post("/login", json={"name": name, "password": password})
    if answer.is_success:
        browser.headers[CSRF_HEADER] = answer.json()["csrf"]
    return answer


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document with a Japanese sentence."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert any("ぁ" <= letter <= "ん" for letter in body["detail"])
    return response.status_code, body["code"]


# In and out


def test_who_logs_in_gets_themselves_and_a_session(house: House, browser: httpx.Client) -> None:
    user = house.user("supervisor")

    answer = log_in(browser, user.name)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == browser.get("/session").json()
    assert set(answer.json()) == {"user", "csrf"}
    assert answer.json()["user"] == {
        "id": user.id,
        "name": user.name,
        "display_name": user.display_name,
        "qualification": "",
        "role": "supervisor",
        "specialities": [],
        "capacity": 3,
        "away": False,
        "preferences": {"sound": True, "notify": False, "title": True, "enter_sends": False},
    }
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("host", "is_secure"), [("127.0.0.1:8000", False), ("localhost", False), ("sodan.example.jp", True)]
)
def test_the_cookie_is_for_our_requests_alone(house: House, browser: httpx.Client, host: str, is_secure: bool) -> None:
    user = house.user()

    answer = browser.post("/login", json={"name": user.name, "password": PASSWORD}, headers={"Host": host})

    cookie = SimpleCookie(answer.headers["set-cookie"])["sodan_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert (bool(cookie["secure"]), cookie["domain"]) == (is_secure, "")
    assert cookie["max-age"] == str(12 * 3600)
    assert len(cookie.value) >= 40


def test_a_wrong_password_an_unknown_name_and_a_disabled_user_are_told_the_same(
    house: House, browser: httpx.Client
) -> None:
    user, gone = house.user(), house.user()
    house.people.disable(gone, None, house.clock.now())

    answers = [log_in(browser, user.name, "wrong"), log_in(browser, "nobody"), log_in(browser, gone.name)]

    assert {problem(answer) for answer in answers} == {(401, "login-failed")}
    assert len({answer.text for answer in answers}) == 1
    assert not browser.cookies
    assert house.deeds(user) == ["user.added", "login.failed"]
    assert house.deeds(gone) == ["user.added", "user.disabled", "login.failed"]


def test_a_name_that_nobody_has_is_not_written_down(house: House, browser: httpx.Client) -> None:
    log_in(browser, "my secret password")

    assert house.audit.list(1) == (AuditEntry(house.clock.now(), "login.failed", None, "", "", "127.0.0.1"),)


def test_a_name_may_be_written_in_any_width_and_case(house: House, browser: httpx.Client) -> None:
    user = house.user(name="hanako")

    assert log_in(browser, " ＨＡＮＡＫＯ").json()["user"]["id"] == user.id


def test_logging_out_ends_the_session(house: House, browser: httpx.Client) -> None:
    user = house.user()
    log_in(browser, user.name)
    token = browser.cookies["sodan_session"]

    assert browser.post("/logout").status_code == 204

    assert not browser.cookies
    again = browser.get("/session", headers={"Cookie": f"sodan_session={token}"})
    assert problem(again) == (401, "login-required")
    assert house.deeds(user) == ["user.added", "login", "logout"]
    assert (found := house.people.by_id(user.id))
    assert found.seen_at is None


@pytest.mark.parametrize("cookie", ["", "sodan_session=", "sodan_session=forged", "sodan_session=%ff%00"])
def test_without_a_session_nothing_is_told(browser: httpx.Client, cookie: str) -> None:
    headers = {"Cookie": cookie}

    assert problem(browser.get("/session", headers=headers)) == (401, "login-required")
    for path in ("/logout", "/password"):
        assert problem(browser.post(path, json={"old": "", "new": ""}, headers=headers)) == (401, "login-required")


# Guessing


def test_five_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour(house: House, browser: httpx.Client) -> None:
    user = house.user()

    assert [problem(log_in(browser, user.name, "wrong"))[0] for _ in range(5)] == [401] * 5
    locked = log_in(browser, user.name)
    assert problem(locked) == (429, "login-locked")
    assert "15分" in locked.json()["detail"]
    assert house.deeds(user) == ["user.added", *["login.failed"] * 5, "login.locked"]

    house.clock.advance(minutes=14, seconds=59)
    assert problem(log_in(browser, user.name)) == (429, "login-locked")
    house.clock.advance(seconds=1)
    assert log_in(browser, user.name).status_code == 200


def test_a_name_that_nobody_has_is_locked_too(browser: httpx.Client) -> None:
    assert [problem(log_in(browser, "no such user"))[0] for _ in range(6)] == [401] * 5 + [429]


def test_four_wrong_passwords_and_a_right_one_are_forgotten(house: House, browser: httpx.Client) -> None:
    user = house.user()
    for _ in range(2):
        for _ in range(4):
            log_in(browser, user.name, "wrong")

        assert log_in(browser, user.name).status_code == 200


def test_many_guesses_at_once_are_five_guesses(house: House) -> None:
    user = house.user()

    def guess(number: int) -> int:
        with house.browser() as browser:
            return log_in(browser, user.name, f"guess {number}").status_code

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(12)))

    assert sorted(answers) == [401] * 5 + [429] * 7


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"name": "a"', (400, "malformed-json")),
        (b'{"name": "a"}', (422, "invalid-request")),
        (b'{"name": 5, "password": "x"}', (422, "invalid-request")),
        (b'{"name": "a", "password": "x", "admin": true}', (422, "invalid-request")),
        (b'{"name": "' + b"a" * 201 + b'", "password": "x"}', (422, "invalid-request")),
        (b'{"name": "a", "password": "' + b"a" * 1001 + b'"}', (422, "invalid-request")),
        (b'{"name": "\\ud83d", "password": "\\ud83d"}', (422, "invalid-request")),
        (b'{"name": "\\u0000", "password": "\\u0000"}', (401, "login-failed")),
        (b'{"name": "", "password": ""}', (401, "login-failed")),
        (b'{"name": "\' OR 1=1 --", "password": "x"}', (401, "login-failed")),
    ],
)
def test_odd_credentials_are_refused(browser: httpx.Client, content: bytes, expected: tuple[int, str]) -> None:
    answer = browser.post("/login", content=content, headers={"Content-Type": "application/json"})

    assert problem(answer) == expected


# Other people's pages


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://{}.evil.example", "{}", "http://["])
def test_what_another_page_sends_changes_nothing(house: House, browser: httpx.Client, origin: str) -> None:
    user = house.user()
    log_in(browser, user.name)
    headers = {"Origin": origin.format(house.address)}

    answers = [
        browser.patch("/session", json={"away": True}, headers=headers),
        browser.post("/logout", headers=headers),
        browser.post("/password", json={"old": PASSWORD, "new": "another password"}, headers=headers),
        browser.post("/login", json={"name": user.name, "password": PASSWORD}, headers=headers),
    ]

    assert {problem(answer) for answer in answers} == {(403, "csrf")}
    assert browser.get("/session", headers=headers).json()["user"]["away"] is False


def test_our_own_page_may_change_things(house: House, browser: httpx.Client) -> None:
    log_in(browser, house.user().name)

    for headers in ({"Origin": f"http://{house.address}"}, {}):
        assert browser.patch("/session", json={}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("sodan.example.jp", "https://sodan.example.jp", 200),
        ("sodan.example.jp:443", "https://sodan.example.jp", 200),
        ("sodan.example.jp:8443", "https://SODAN.example.jp:8443", 200),
        ("sodan.example.jp", "https://sodan.example.jp:8443", 403),
        ("sodan.example.jp", "https://example.jp", 403),
    ],
)
def test_an_origin_is_a_host_with_its_port(
    house: House, browser: httpx.Client, host: str, origin: str, status: int
) -> None:
    log_in(browser, house.user().name)

    answer = browser.patch("/session", json={}, headers={"Host": host, "Origin": origin} | _cookie(browser))

    assert answer.status_code == status


def _cookie(browser: httpx.Client) -> dict[str, str]:
    return {"Cookie": f"sodan_session={browser.cookies['sodan_session']}"}


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_without_its_token_a_change_is_refused(house: House, browser: httpx.Client, token: str | None) -> None:
    log_in(browser, house.user().name)
    own = browser.headers.pop(CSRF_HEADER)
    headers = {} if token is None else {CSRF_HEADER: token}

    assert problem(browser.patch("/session", json={"away": True}, headers=headers)) == (403, "csrf")

    assert browser.get("/session").json()["user"]["away"] is False
    assert browser.patch("/session", json={}, headers={CSRF_HEADER: own}).status_code == 200


def test_the_token_of_another_session_does_not_count(house: House, browser: httpx.Client) -> None:
    user = house.user()
    foreign = log_in(browser, user.name).json()["csrf"]
    log_in(browser, user.name)

    assert problem(browser.patch("/session", json={}, headers={CSRF_HEADER: foreign})) == (403, "csrf")


# The life of a session


def test_a_session_ends_after_two_idle_hours(house: House, browser: httpx.Client) -> None:
    log_in(browser, house.user().name)

    house.clock.advance(hours=1, minutes=59)
    assert browser.get("/session").status_code == 200
    house.clock.advance(hours=1, minutes=59)
    assert browser.get("/session").status_code == 200
    house.clock.advance(hours=2)
    assert problem(browser.get("/session")) == (401, "login-required")


def test_a_session_ends_after_twelve_hours_whatever_is_done(house: House, browser: httpx.Client) -> None:
    log_in(browser, house.user().name)
    for _ in range(11):
        house.clock.advance(hours=1)
        assert browser.get("/session").status_code == 200

    house.clock.advance(hours=1)

    assert problem(browser.get("/session")) == (401, "login-required")


def test_every_request_is_a_sign_of_its_user(house: House, browser: httpx.Client) -> None:
    user = house.user()
    log_in(browser, user.name)

    house.clock.advance(seconds=40)
    browser.get("/session")

    found = house.people.by_id(user.id)
    assert found
    assert found.seen_at == house.clock.now()


def test_a_disabled_user_is_out_at_once(house: House, browser: httpx.Client) -> None:
    user = house.user("admin")
    log_in(browser, user.name)
    assert browser.get(f"http://{house.address}/probe").json() is True

    house.people.disable(user, None, house.clock.now())

    assert problem(browser.get("/session")) == (401, "login-required")
    assert problem(browser.post(f"http://{house.address}/probe/expert")) == (401, "login-required")
    assert browser.get(f"http://{house.address}/probe").json() is False


# Roles


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("expert", {"expert"}),
        ("supervisor", {"expert", "supervisor"}),
        ("editor", {"editor"}),
        ("admin", {"expert", "supervisor", "editor", "admin"}),
    ],
)
def test_a_role_opens_its_own_doors(house: House, browser: httpx.Client, role: Role, allowed: set[str]) -> None:
    log_in(browser, house.user(role).name)

    answers = {wanted: browser.post(f"http://{house.address}/probe/{wanted}") for wanted in ROLES}

    assert {wanted for wanted, answer in answers.items() if answer.status_code == 200} == allowed
    refused = [answer for wanted, answer in answers.items() if wanted not in allowed]
    assert {problem(answer) for answer in refused} <= {(403, "forbidden")}
    assert not any("secret" in answer.text for answer in refused)


def test_another_role_counts_from_the_next_request_on(house: House, browser: httpx.Client) -> None:
    user = house.user("admin")
    log_in(browser, user.name)

    house.people.set_role(user, "editor", None, house.clock.now())

    assert problem(browser.post(f"http://{house.address}/probe/expert")) == (403, "forbidden")


# What one sets oneself


def test_being_away_and_preferences_are_kept(house: House, browser: httpx.Client) -> None:
    user = house.user()
    log_in(browser, user.name)

    changed = browser.patch("/session", json={"away": True, "preferences": {"sound": False, "enter_sends": True}})
    assert changed.status_code == 200
    browser.post("/logout")

    found = log_in(browser, user.name).json()["user"]
    assert changed.json()["user"] == found
    assert found["away"] is True  # one's own word is never taken back by logging in
    assert found["preferences"] == {"sound": False, "notify": False, "title": True, "enter_sends": True}
    back = browser.patch("/session", json={"away": False}).json()["user"]
    assert back == found | {"away": False}


@pytest.mark.parametrize(
    "change", [{"role": "admin"}, {"away": "maybe"}, {"preferences": {"volume": 3}}, {"preferences": []}, []]
)
def test_nothing_else_can_be_set(house: House, browser: httpx.Client, change: object) -> None:
    log_in(browser, house.user().name)

    assert problem(browser.patch("/session", json=change)) == (422, "invalid-request")


# Passwords


def test_another_password_ends_the_other_sessions_and_not_this_one(house: House, browser: httpx.Client) -> None:
    user, new = house.user(), "新しい合言葉は馬と電池"
    with house.browser() as other:
        log_in(other, user.name)
        log_in(browser, user.name)

        assert browser.post("/password", json={"old": PASSWORD, "new": new}).status_code == 204

        assert browser.get("/session").status_code == 200
        assert problem(other.get("/session")) == (401, "login-required")
        assert problem(log_in(other, user.name)) == (401, "login-failed")
        assert log_in(other, user.name, new).status_code == 200
    assert house.deeds(user) == ["user.added", "login", "login", "password", "login.failed", "login"]


def test_a_weak_password_is_refused_before_the_old_one_is_looked_at(house: House, browser: httpx.Client) -> None:
    user = house.user()
    log_in(browser, user.name)

    refused = browser.post("/password", json={"old": "wrong", "new": "123456789"})

    assert problem(refused) == (422, "password-weak")
    assert "10文字" in refused.json()["detail"]
    assert house.deeds(user) == ["user.added", "login"]


def test_guessing_the_old_password_locks_too(house: House, browser: httpx.Client) -> None:
    user = house.user()
    log_in(browser, user.name)
    change = {"old": "wrong", "new": "another password"}

    answers = [problem(browser.post("/password", json=change)) for _ in range(6)]

    assert answers == [(403, "password-wrong")] * 5 + [(429, "login-locked")]
    assert browser.get("/session").status_code == 200


def test_a_password_hashed_with_other_parameters_is_hashed_anew(house: House, browser: httpx.Client) -> None:
    weaker = Passwords(PasswordHasher(time_cost=1, memory_cost=512, parallelism=1)).hash(PASSWORD)
    user = house.user(password_hash=weaker)

    assert log_in(browser, user.name).status_code == 200

    _, stored = house.people.with_password(user.name)
    assert stored
    assert QUICK.is_outdated(weaker)
    assert not QUICK.is_outdated(stored)
    assert log_in(browser, user.name).status_code == 200
