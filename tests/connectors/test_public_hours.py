"""What pages are told of the hours: until when while people are there, from when while they are not."""

import datetime

import pytest

from bot.calendar import TOKYO, BusinessCalendar, parse_week
from connectors.web.hours import opening

CALENDAR = BusinessCalendar(parse_week("mon-fri 09:00-12:00 13:00-17:00"))


def tokyo(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("now", "closes_at", "opens_at", "last_call"),
    [
        (tokyo(20, 10), tokyo(20, 17), None, False),
        (tokyo(20, 12, 30), None, tokyo(20, 13), False),
        (tokyo(20, 16, 50), tokyo(20, 17), None, True),
        (tokyo(20, 17), None, tokyo(24, 9), False),  # Monday is a holiday
    ],
)
def test_the_hours_tell_the_next_change(
    now: datetime.datetime, closes_at: datetime.datetime | None, opens_at: datetime.datetime | None, last_call: bool
) -> None:
    told = opening(CALENDAR, now)

    assert (told["closes_at"], told["opens_at"], told["last_call"]) == (closes_at, opens_at, last_call)
    assert told["open"] is (closes_at is not None)


def test_who_never_opens_promises_no_day() -> None:
    told = opening(BusinessCalendar(((),) * 7), tokyo(20, 10))

    assert (told["open"], told["opens_at"], told["text"]) == (False, None, "休業中")
