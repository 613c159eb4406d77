"""`sodan hours` as a shell sees it, and the setting behind it."""

import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.calendar import BusinessCalendar, Interval, OwnDay, parse_week
from connectors.cli import main
from connectors.clock import SystemClock
from connectors.storage.audit import SqlAudit
from connectors.storage.closures import SqlCalendar
from connectors.storage.database import Database

COMMAND = Path(sys.executable).with_name("sodan")
ALWAYS = "mon-sun 00:00-24:00"
DAY = datetime.date(2031, 11, 4)  # a Tuesday

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `sodan hours` in this process, over a data folder of its own; `week` are the regular hours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SODAN_DATA_FOLDER", str(tmp_path))

    def run(*arguments: str, week: str = ALWAYS) -> "subprocess.CompletedProcess[str]":
        monkeypatch.setenv("SODAN_BUSINESS_HOURS", week)
        monkeypatch.setattr(sys, "argv", ["sodan", "hours", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'sodan.db'}")
    yield opened
    opened.close()


def calendar(database: Database) -> BusinessCalendar:
    """The calendar as a server reads it now."""
    return SqlCalendar(database, parse_week(ALWAYS)).load()


def failure(done: "subprocess.CompletedProcess[str]") -> str:
    assert (done.returncode, len(done.stderr.splitlines()), done.stdout) == (2, 1, ""), done.stderr
    return done.stderr.strip()


def test_a_day_is_closed_opened_otherwise_and_set_back(hours: Run, database: Database) -> None:
    closed = hours("close", "2031-11-04", "創立記念日")
    assert closed.stdout == "2031-11-04 11月4日(火): 休み\n"
    assert calendar(database).own == {DAY: OwnDay((), "創立記念日")}
    assert "2031-11-04 11月4日(火) 休み 創立記念日" in hours("show").stdout.splitlines()

    changed = hours("set", "2031-11-04", "09:00-12:00 13:00-15:30", "研修")
    assert changed.stdout == "2031-11-04 11月4日(火): 9時〜12時・13時〜15時30分\n"
    assert calendar(database).own == {DAY: OwnDay((Interval(540, 720), Interval(780, 930)), "研修")}

    assert hours("reset", "2031-11-04").stdout == "2031-11-04 11月4日(火): 0時〜24時\n"
    assert calendar(database).own == {}
    assert [(entry.what, entry.target) for entry in SqlAudit(database).list(9)] == [("hours.changed", "2031-11-04")] * 3


def test_closing_at_once_and_opening_again(hours: Run, database: Database) -> None:
    today = BusinessCalendar.day(SystemClock().now())
    hours("set", today.isoformat(), "00:00-24:00")
    assert "いま: 受付中" in hours("show").stdout

    assert hours("close-now", "停電のため").stdout.startswith("いま: 臨時の受付終了(停電のため。端末。次は")
    assert not calendar(database).is_open(SystemClock().now())

    assert hours("open").stdout.startswith("いま: 受付中")
    assert calendar(database).is_open(SystemClock().now())
    whats = [(entry.what, entry.detail) for entry in SqlAudit(database).list(2)]
    assert whats == [("hours.opened", ""), ("hours.closed", "停電のため")]


def test_the_regular_hours_come_from_the_settings(hours: Run) -> None:
    shown = hours("show", week="tue-thu 10:00-12:00 13:00-16:00").stdout

    assert shown.startswith("ふだんの受付: 火〜木曜10時〜12時・13時〜16時(祝日と12月29日〜1月3日を除く)\n")
    assert len(shown.splitlines()) == 16


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("close", "12/25"), "日付を読めません: 12/25"),
        (("close", "2026-02-30"), "日付を読めません: 2026-02-30"),
        (("set", "明日", "09:00-12:00"), "日付を読めません: 明日"),
        (("set", "2031-11-04", "9時から"), "時間を読めません: 9時から"),
        (("set", "2031-11-04", "12:00-09:00"), "時間の並びが正しくありません: 12:00-09:00"),
        (("set", "2031-11-04", ""), "時間がありません"),
        (("reset", "2031-11-04"), "変えた日ではありません: 2031-11-04"),
    ],
)
def test_bad_input_is_refused_in_one_line(hours: Run, arguments: tuple[str, ...], said: str) -> None:
    assert said in failure(hours(*arguments))


def test_unreadable_regular_hours_are_told_by_the_name_of_the_setting(hours: Run, tmp_path: Path) -> None:
    said = "SODAN_BUSINESS_HOURS: 曜日を読めません: 平日"

    environment = {**os.environ, "SODAN_DATA_FOLDER": str(tmp_path), "SODAN_BUSINESS_HOURS": "平日 9:00-17:00"}
    served = subprocess.run(
        [COMMAND, "serve"], capture_output=True, text=True, encoding="utf-8", check=False, env=environment
    )

    assert said in failure(served)
    assert said in failure(hours("show", week="平日 9:00-17:00"))
