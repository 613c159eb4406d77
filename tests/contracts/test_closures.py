"""What the stored calendar promises, on SQLite and on PostgreSQL alike."""

import datetime
import threading
import time

import pytest

from bot.calendar import OFFICE_HOURS, OFFICE_WEEK, BusinessCalendar, Interval, OwnDay, parse_week
from connectors.storage.closures import FRESH_SECONDS, ClosedNow, SqlCalendar
from connectors.storage.database import Database
from tests.fakes import FixedClock

HOLIDAY = datetime.date(2026, 11, 23)
FRIDAY = datetime.date(2026, 11, 20)
LUNCH = (Interval(540, 720), Interval(780, 1020))


@pytest.fixture
def hours(database: Database) -> SqlCalendar:
    return SqlCalendar(database, OFFICE_WEEK)


def test_without_changes_it_is_the_regular_calendar(database: Database) -> None:
    week = parse_week("mon-fri 10:00-16:00")

    assert SqlCalendar(database, week).load() == BusinessCalendar(week)


def test_a_change_shows_at_once(hours: SqlCalendar, clock: FixedClock) -> None:
    assert hours.load().is_open(clock.now())

    hours.set_day(FRIDAY, OwnDay((), "創立記念日"))
    assert not hours.load().is_open(clock.now())
    assert hours.load().own == {FRIDAY: OwnDay((), "創立記念日")}

    hours.set_day(FRIDAY, OwnDay(LUNCH, "昼休みあり"))
    assert hours.load().intervals(FRIDAY) == LUNCH

    assert hours.remove_day(FRIDAY)
    assert hours.load().intervals(FRIDAY) == OFFICE_HOURS
    assert not hours.remove_day(FRIDAY)


def test_a_holiday_may_be_opened(hours: SqlCalendar) -> None:
    hours.set_day(HOLIDAY, OwnDay(OFFICE_HOURS))

    assert hours.load().is_business_day(HOLIDAY)


def test_closing_at_once_lasts_for_the_rest_of_the_day(hours: SqlCalendar, clock: FixedClock) -> None:
    hours.close_now("研修のため", "山田", clock.now())

    assert not hours.load().is_open(clock.now())
    assert hours.load().is_closed_now(clock.now())
    assert hours.closed_now() == ClosedNow("研修のため", "山田", clock.now())
    assert hours.load().next_opening(clock.now()) == datetime.datetime(2026, 11, 24, 0, 0, tzinfo=datetime.UTC)
    clock.advance(days=4)
    assert hours.load().is_open(clock.now())


def test_opening_again_takes_it_back(hours: SqlCalendar, clock: FixedClock) -> None:
    hours.close_now("", "山田", clock.now())
    hours.close_now("まちがい", "佐藤", clock.now())

    hours.open_again("佐藤", clock.now())

    assert hours.load().is_open(clock.now())
    assert hours.closed_now() is None


def test_what_another_process_changes_shows_within_seconds(
    hours: SqlCalendar, database: Database, clock: FixedClock
) -> None:
    assert hours.load().is_open(clock.now())
    SqlCalendar(database, OFFICE_WEEK).close_now("", "山田", clock.now())

    end = time.monotonic() + FRESH_SECONDS + 2
    while hours.load().is_open(clock.now()) and time.monotonic() < end:
        time.sleep(0.05)

    assert not hours.load().is_open(clock.now())


def test_readers_never_bring_back_what_was_changed(hours: SqlCalendar) -> None:
    stopping = threading.Event()

    def read() -> None:
        while not stopping.is_set():
            hours.load()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, 20):
            hours.set_day(FRIDAY, OwnDay((Interval(0, number),)))
            assert hours.load().intervals(FRIDAY) == (Interval(0, number),)
    finally:
        stopping.set()
        for reader in readers:
            reader.join()
