"""`sodan user` as a shell sees it, beside a running server where that matters."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.engine import Engine
from connectors.cli import main
from connectors.clock import SystemClock
from connectors.people.model import User
from connectors.people.passwords import Passwords
from connectors.storage.attempts import MOST_FAILURES, SqlAttempts
from connectors.storage.database import Database
from connectors.storage.people import SqlPeople
from tests.servers import Server

COMMAND = Path(sys.executable).with_name("sodan")
PASSWORD = "correct horse battery"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def user(data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `sodan user` in this process, with `text` on its standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SODAN_DATA_FOLDER", str(data_folder))

    def run(*arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        monkeypatch.setattr(sys, "argv", ["sodan", "user", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def database(data_folder: Path) -> Iterator[Database]:
    """What the command has stored."""
    opened = Database(f"sqlite:///{data_folder / 'sodan.db'}")
    yield opened
    opened.close()


def failure(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line on stderr of a command that was refused."""
    assert (done.returncode, len(done.stderr.splitlines()), done.stdout) == (2, 1, ""), done.stderr
    return done.stderr.strip()


def added(user: Run, name: str, *options: str) -> None:
    done = user("add", name, "--role", "expert", "--password-stdin", *options, text=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr


def stored(database: Database, name: str) -> User:
    found = SqlPeople(database).by_name(name)
    assert found
    return found


def test_a_user_is_made_with_everything_that_is_said_of_them(user: Run, database: Database) -> None:
    options = ("--display", "山田 太郎", "--qualification", "税理士", "--speciality", "zeimu", "--speciality", "sogyo")

    done = user("add", "Yamada", "--role", "supervisor", *options, "--capacity", "5", "--password-stdin", text=PASSWORD)

    assert (done.returncode, done.stderr) == (0, "")
    assert PASSWORD not in done.stdout
    made = stored(database, "yamada")
    assert (made.display_name, made.qualification, made.role) == ("山田 太郎", "税理士", "supervisor")
    assert (made.specialities, made.capacity, made.is_disabled) == (("zeimu", "sogyo"), 5, False)
    _, password_hash = SqlPeople(database).with_password("yamada")
    assert Passwords().proves(PASSWORD, password_hash)


def test_without_a_terminal_a_password_is_made_and_shown_once(user: Run, database: Database) -> None:
    first = user("add", "yamada", "--role", "expert")
    second = user("passwd", "yamada")

    shown = [done.stdout.split(": ")[-1].strip() for done in (first, second)]
    _, password_hash = SqlPeople(database).with_password("yamada")
    assert [Passwords().proves(password, password_hash) for password in shown] == [False, True]
    assert shown[1] not in user("audit").stdout + user("list").stdout


@pytest.mark.parametrize(("typed", "status"), [((PASSWORD, PASSWORD), 0), ((PASSWORD, PASSWORD + "x"), 2)])
def test_on_a_terminal_the_password_is_asked_twice_and_not_shown(
    data_folder: Path, database: Database, typed: tuple[str, str], status: int
) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(SODAN_DATA_FOLDER=str(data_folder), PYTHONUTF8="1")
        os.execv(COMMAND, [str(COMMAND), "user", "add", "yamada", "--role", "expert"])

    seen = answered(terminal, typed)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == status
    assert PASSWORD not in seen
    assert ("二つのパスワードが違います" in seen) == (status == 2)
    assert (SqlPeople(database).by_name("yamada") is not None) == (status == 0)


def answered(terminal: int, typed: tuple[str, ...]) -> str:
    """All that a command shows on a terminal; whenever it asks, the next of `typed` is typed."""
    seen, waiting = "", list(typed)
    with open(terminal, "rb+", buffering=0) as stream:
        while True:
            try:
                seen += stream.read(1000).decode(errors="replace")
            except OSError:  # the command has ended
                return seen
            if waiting and seen.count(": ") > len(typed) - len(waiting):
                stream.write(f"{waiting.pop(0)}\n".encode())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "x", "--role", "boss"), "役割がありません: boss"),
        (("add", "x", "--role", "expert", "--speciality", "uranai"), "得意分野がありません: uranai"),
        (("add", "a b", "--role", "expert"), "名前に使える"),
        (("add", "x" * 65, "--role", "expert"), "名前に使える"),
        (("add", "x", "--role", "expert", "--display", "山" * 61), "60字まで"),
        (("add", "x", "--role", "expert", "--capacity", "0"), "--capacity"),
        (("add", "x"), "--role"),
        (("add", "x", "--role", "expert", "--password-stdin"), "10文字以上"),
        (("passwd", "nobody"), "利用者がいません: nobody"),
        (("disable", "nobody"), "利用者がいません: nobody"),
        (("enable", "nobody"), "利用者がいません: nobody"),
        (("role", "nobody", "admin"), "利用者がいません: nobody"),
        (("audit", "--limit", "0"), "--limit"),
    ],
)
def test_bad_input_is_refused_in_one_line(user: Run, arguments: tuple[str, ...], said: str) -> None:
    assert said in failure(user(*arguments, text="short\n"))


def test_a_name_is_taken_once(user: Run) -> None:
    added(user, "yamada")

    assert failure(user("add", "YAMADA", "--role", "admin")) == "同じ名前の利用者がいます: yamada"


def test_a_password_that_is_no_text_is_refused(user: Run, data_folder: Path) -> None:
    done = subprocess.run(
        [COMMAND, "user", "add", "x", "--role", "expert", "--password-stdin"],
        input=b"\xff" * 20,
        capture_output=True,
        check=False,
        env={**os.environ, "SODAN_DATA_FOLDER": str(data_folder), "PYTHONUTF8": "1"},
    )

    assert done.returncode == 2
    assert "UTF-8" in done.stderr.decode()


def test_a_database_that_is_out_of_reach_is_told_in_one_line(user: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SODAN_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    assert failure(user("list")).startswith("データベースを使えません: ")


def test_the_list_says_who_may_come_in(user: Run, database: Database) -> None:
    for name in ("yamada", "sato", "suzuki"):
        added(user, name)
    user("disable", "sato")
    for _ in range(MOST_FAILURES):
        SqlAttempts(database).begin("suzuki", SystemClock().now())

    lines = user("list").stdout.splitlines()

    for name, state in (("yamada", "有効"), ("sato", "停止"), ("suzuki", "ロック中")):
        assert state in next(line for line in lines if name in line)


def test_the_audit_log_says_who_did_what_the_newest_first(user: Run) -> None:
    added(user, "yamada")
    user("role", "yamada", "admin")
    user("disable", "yamada")
    user("enable", "yamada")

    lines = user("audit").stdout.splitlines()

    words = ("利用者の再開", "利用者の停止", "役割の変更", "利用者の追加")
    assert [word in line for word, line in zip(words, lines, strict=True)] == [True] * 4
    assert all("端末" in line and "yamada" in line for line in lines)
    assert "expert → admin" in lines[2]
    assert user("audit", "--limit", "1").stdout.splitlines() == lines[:1]


def test_what_the_command_changes_counts_at_once_for_a_running_server(
    user: Run, engine: Engine, cache_folder: Path, data_folder: Path
) -> None:
    added(user, "yamada")
    server = Server(data_folder, cache_folder).start()
    http = httpx.Client(
        base_url=f"{server.url}/api/v1/console", timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
    )

    def log_in(password: str) -> int:
        return http.post("/login", json={"name": "yamada", "password": password}).status_code

    def is_in() -> bool:
        return http.get("/session").is_success

    try:
        assert (log_in(PASSWORD), is_in()) == (200, True)
        user("passwd", "yamada", "--password-stdin", text="another password\n")
        assert not is_in()
        assert [log_in(PASSWORD), log_in("another password")] == [401, 200]
        user("disable", "yamada")
        assert not is_in()
        assert log_in("another password") == 401
        user("enable", "yamada")
        assert log_in("another password") == 200
    finally:
        http.close()
        server.stop()
    assert "Traceback" not in server.log
    assert PASSWORD not in server.log
