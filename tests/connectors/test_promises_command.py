"""`sodan promises` as a shell sees it."""

import datetime
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.calendar import TOKYO, BusinessCalendar
from bot.engine import Engine
from connectors.cli import main
from connectors.clock import SystemClock
from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from tests.connectors.office import Office
from tests.fakes import FixedClock, OfficeHours

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `sodan promises` in this process, over a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SODAN_DATA_FOLDER", str(tmp_path))

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        monkeypatch.setattr(sys, "argv", ["sodan", "promises", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def clock() -> FixedClock:
    """The evening of a business day three weeks ago: what was promised then is due by now, at any time of the year."""
    day = SystemClock().now().astimezone(TOKYO).replace(hour=20, minute=0) - datetime.timedelta(days=21)
    while not BusinessCalendar().is_business_day(day.date()):
        day -= datetime.timedelta(days=1)
    return FixedClock(day)


@pytest.fixture
def office(tmp_path: Path, engine: Engine, clock: FixedClock) -> Iterator[Office]:
    database = Database(f"sqlite:///{tmp_path / 'sodan.db'}")
    migrate(database)
    yield Office(database, engine, clock, OfficeHours())
    database.close()


def opens(office: Office, clock: FixedClock) -> None:
    """The morning of the next business day."""
    opening = BusinessCalendar().next_opening(clock.now())
    assert opening
    clock.moment = opening
    office.sweeper.sweep()


def test_where_nothing_was_promised_there_is_nothing_to_say(promises: Run) -> None:
    done = promises()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("お預かり0件、うち期限切れ0件(")


def test_promises_are_listed_with_their_dates_and_a_broken_one_fails(
    promises: Run, office: Office, clock: FixedClock
) -> None:
    kept, forgotten, left = (office.waiting() for _ in range(3))
    office.says(left, action="cancel-handoff")
    opens(office, clock)
    yamada = office.hires("yamada")
    office.acting.claim(yamada, office.number(kept))
    office.replies(yamada, kept)

    done = promises()

    handoff = office.handoff(forgotten)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"期限切れ {handoff.receipt} 受付日 {handoff.promised_for} 期限 {handoff.due_on}"
    assert lines[1].startswith(f"回答済み {office.handoff(kept).receipt} ")
    assert lines[1].endswith(f" 回答 {BusinessCalendar.day(clock.now())}")
    assert lines[2].startswith(f"取りやめ {office.handoff(left).receipt} ")
    assert lines[3].startswith("お預かり3件、うち期限切れ1件(")


def test_answered_at_last_it_is_late_and_no_longer_fails(promises: Run, office: Office, clock: FixedClock) -> None:
    conversation = office.waiting()
    opens(office, clock)
    yamada = office.hires("yamada")
    clock.advance(days=14)
    office.acting.claim(yamada, office.number(conversation))
    office.replies(yamada, conversation)

    done = promises()

    assert (done.returncode, done.stdout.split()[0]) == (0, "遅れて回答")


def test_what_was_due_long_ago_is_listed_only_while_it_is_open(
    promises: Run, office: Office, clock: FixedClock
) -> None:
    left, waiting = office.waiting(), office.waiting()
    office.says(left, action="cancel-handoff")

    assert [line.split()[0] for line in promises("--days", "1").stdout.splitlines()[:-1]] == ["期限切れ"]
    office.says(waiting, action="cancel-handoff")
    assert promises("--days", "1").returncode == 0
