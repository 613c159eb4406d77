"""When people are there: the rules that hold for every calendar, and the days that have embarrassed others."""

import datetime
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar import (
    OFFICE_HOURS,
    OFFICE_WEEK,
    TOKYO,
    BusinessCalendar,
    HoursError,
    Interval,
    Intervals,
    OwnDay,
    parse_intervals,
    parse_week,
)

USUAL = BusinessCalendar()
WITH_LUNCH = BusinessCalendar(parse_week("mon-fri 09:00-12:00 13:00-17:00; sat 10:00-12:00"))
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


def tokyo(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


# Any calendar at any moment

slow = settings(deadline=None)  # the first look at the holidays reads them

zones = st.sampled_from([datetime.UTC, TOKYO, ZoneInfo("America/New_York")])
moments = st.datetimes(
    datetime.datetime.fromisoformat("2024-01-01"),
    datetime.datetime.fromisoformat("2030-12-31"),
    timezones=zones,
    allow_imaginary=False,
)
days = st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 12, 31))


@st.composite
def some_intervals(draw: st.DrawFn) -> Intervals:
    edges = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    return tuple(Interval(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    week = draw(st.one_of(st.just(OFFICE_WEEK), st.tuples(*[some_intervals()] * 7)))
    own = draw(st.dictionaries(days, some_intervals().map(OwnDay), max_size=5))
    return BusinessCalendar(week, own, draw(st.none() | moments))


@slow
@given(calendars(), moments)
def test_the_next_opening_is_open_and_the_minute_before_it_is_not(
    calendar: BusinessCalendar, at: datetime.datetime
) -> None:
    opening = calendar.next_opening(at)

    if opening is not None:
        assert opening > at
        assert calendar.is_open(opening)
        starts = {one.start for one in calendar.intervals(calendar.day(opening))}
        ends = {one.end for one in calendar.intervals(calendar.day(opening))}
        minute = opening.hour * 60 + opening.minute
        assert minute in starts
        if minute not in ends and minute > 0:
            assert not calendar.is_open(opening - MINUTE / 60)


@slow
@given(calendars(), moments, st.floats(0, 1))
def test_nothing_between_a_closed_moment_and_the_next_opening_is_open(
    calendar: BusinessCalendar, at: datetime.datetime, share: float
) -> None:
    opening = calendar.next_opening(at)

    if not calendar.is_open(at) and opening is not None:
        since = at.astimezone(datetime.UTC)  # where clocks are put forward, local moments do not add up
        between = since + (opening - since) * share
        assert between == opening or not calendar.is_open(between)
        assert calendar.open_seconds(at, opening) == 0


@slow
@given(calendars(), moments)
def test_a_calendar_that_will_not_open_has_no_open_moment(calendar: BusinessCalendar, at: datetime.datetime) -> None:
    if calendar.next_opening(at) is None:
        tomorrow = datetime.datetime.combine(calendar.day(at) + DAY, datetime.time(), TOKYO)
        assert calendar.open_seconds(tomorrow, tomorrow + 300 * DAY) == 0


@slow
@given(calendars(), moments)
def test_open_time_is_counted_exactly_while_it_is_open(calendar: BusinessCalendar, at: datetime.datetime) -> None:
    moment = at.replace(second=0, microsecond=0)

    counted = calendar.open_seconds(moment, moment + MINUTE)

    switched = calendar.closed_from is not None and moment < calendar.closed_from < moment + MINUTE
    assert switched or counted == (60 if calendar.is_open(moment) else 0)


@slow
@given(
    calendars(), moments, st.timedeltas(datetime.timedelta(), 10 * DAY), st.timedeltas(datetime.timedelta(), 10 * DAY)
)
def test_open_time_adds_up(
    calendar: BusinessCalendar, at: datetime.datetime, first: datetime.timedelta, second: datetime.timedelta
) -> None:
    at = at.astimezone(datetime.UTC)  # where clocks are put back, local moments do not add up
    middle, end = at + first, at + first + second

    whole = calendar.open_seconds(at, end)

    assert whole == pytest.approx(calendar.open_seconds(at, middle) + calendar.open_seconds(middle, end), abs=1e-3)
    assert 0 <= whole <= (end - at).total_seconds() + 1e-3


@slow
@given(calendars(), moments)
def test_a_zone_changes_the_words_for_a_moment_and_nothing_else(
    calendar: BusinessCalendar, at: datetime.datetime
) -> None:
    there = at.astimezone(datetime.UTC)
    later = there + datetime.timedelta(hours=5)

    assert calendar.open_seconds(at, later.astimezone(at.tzinfo)) == calendar.open_seconds(there, later)
    assert calendar.is_open(at) == calendar.is_open(there)
    assert calendar.next_opening(at) == calendar.next_opening(there)
    assert calendar.closing(at) == calendar.closing(there)
    assert calendar.day(at) == calendar.day(there)


@slow
@given(calendars(), days, st.integers(0, 10))
def test_counting_open_days_lands_on_an_open_day(calendar: BusinessCalendar, day: datetime.date, count: int) -> None:
    landed = calendar.add_business_days(day, count)

    passed = [day + DAY * number for number in range(1, (landed - day).days + 1)]
    if (landed - day).days < 400:
        assert sum(map(calendar.is_business_day, passed)) == count
        assert count == 0 or calendar.is_business_day(landed)


@slow
@given(some_intervals().filter(bool))
def test_hours_come_back_as_they_were_written(intervals: Intervals) -> None:
    written = " ".join(
        f"{one.start // 60:02}:{one.start % 60:02}-{one.end // 60:02}:{one.end % 60:02}" for one in intervals
    )

    assert parse_intervals(written) == intervals
    assert parse_week(f"tue {written}")[1] == intervals


@slow
@given(st.text(max_size=30))
def test_hours_are_read_or_refused_whatever_is_written(text: str) -> None:
    """Anything but HoursError fails the test."""
    with suppress(HoursError):
        assert len(parse_week(text)) == 7


# Days


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20T08:59:59.999999", False),
        ("2026-11-20T09:00", True),
        ("2026-11-20T16:59:59.999999", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T10:00", False),
        ("2026-11-22T10:00", False),
    ],
)
def test_an_interval_holds_its_first_moment_and_not_its_last(moment: str, is_open: bool) -> None:
    assert USUAL.is_open(tokyo(moment)) == is_open


def test_utc_moments_are_moments_in_japan() -> None:
    assert USUAL.is_open(datetime.datetime(2026, 11, 20, 0, 0, tzinfo=datetime.UTC))
    assert not USUAL.is_open(datetime.datetime(2026, 11, 20, 8, 0, tzinfo=datetime.UTC))
    assert USUAL.day(datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)) == date("2026-11-21")


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-20T17:00", "2026-11-24T09:00"),  # a long weekend: Monday is 勤労感謝の日
        ("2026-11-20T08:00", "2026-11-20T09:00"),
        ("2026-11-20T09:00", "2026-11-24T09:00"),
        ("2026-04-30T17:00", "2026-05-01T09:00"),
        ("2026-05-01T17:00", "2026-05-07T09:00"),  # golden week: 5-06 stands in for 5-03, a Sunday
        ("2026-09-18T17:00", "2026-09-24T09:00"),  # 9-22 lies between two holidays and so is one
        ("2026-12-28T17:00", "2027-01-04T09:00"),  # the year end
        ("2026-12-31T23:59", "2027-01-04T09:00"),
    ],
)
def test_the_next_opening_passes_over_weekends_holidays_and_the_year_end(moment: str, opening: str) -> None:
    found = USUAL.next_opening(tokyo(moment))

    assert found == tokyo(opening)


def test_the_day_before_the_year_end_and_the_day_after_are_open() -> None:
    closed = [day for number in range(10) if not USUAL.is_business_day(day := date("2026-12-26") + DAY * number)]

    assert closed[0] == date("2026-12-26")
    assert date("2026-12-28") not in closed
    assert closed[2:] == [date("2026-12-29") + DAY * number for number in range(6)]


def test_nobody_is_there_at_lunch() -> None:
    assert WITH_LUNCH.is_open(tokyo("2026-11-20T11:59:59"))
    assert not WITH_LUNCH.is_open(tokyo("2026-11-20T12:30"))
    assert WITH_LUNCH.next_opening(tokyo("2026-11-20T12:30")) == tokyo("2026-11-20T13:00")
    assert WITH_LUNCH.next_opening(tokyo("2026-11-20T17:00")) == tokyo("2026-11-21T10:00")
    assert WITH_LUNCH.closing(tokyo("2026-11-20T12:30")) == tokyo("2026-11-20T17:00")
    assert WITH_LUNCH.open_seconds(tokyo("2026-11-20T00:00"), tokyo("2026-11-21T00:00")) == 7 * 3600


@pytest.mark.parametrize(
    ("moment", "is_last_call"),
    [
        ("2026-11-20T16:44:59", False),
        ("2026-11-20T16:45", True),
        ("2026-11-20T16:59:59", True),
        ("2026-11-20T17:00", False),
        ("2026-11-20T11:50", False),  # lunch ends no day
        ("2026-11-22T16:50", False),
    ],
)
def test_the_last_call_is_the_last_quarter_of_an_hour_of_a_day(moment: str, is_last_call: bool) -> None:
    assert WITH_LUNCH.is_last_call(tokyo(moment)) == is_last_call


def test_the_operators_own_days_win_over_the_week_holidays_and_the_year_end() -> None:
    half = OwnDay((Interval(9 * 60, 12 * 60),), "棚卸し")
    calendar = BusinessCalendar(
        own={
            date("2026-11-20"): OwnDay(words="創立記念日"),
            date("2026-11-23"): half,
            date("2026-12-30"): half,
            date("2026-11-21"): half,
        }
    )

    assert not calendar.is_open(tokyo("2026-11-20T10:00"))
    for day in ("2026-11-21", "2026-11-23", "2026-12-30"):
        assert calendar.is_open(tokyo(f"{day}T11:59"))
        assert not calendar.is_open(tokyo(f"{day}T12:00"))
        assert calendar.say_hours(date(day)) == "9時〜12時"


def test_who_closes_at_once_closes_the_rest_of_that_day_and_nothing_else() -> None:
    calendar = BusinessCalendar(closed_from=tokyo("2026-11-19T14:05"))

    assert calendar.is_open(tokyo("2026-11-19T14:04:59"))
    assert not calendar.is_open(tokyo("2026-11-19T14:05"))
    assert not calendar.is_closed_now(tokyo("2026-11-19T14:04:59"))
    assert calendar.is_closed_now(tokyo("2026-11-19T16:00"))
    assert not calendar.is_closed_now(tokyo("2026-11-20T00:00"))
    assert calendar.next_opening(tokyo("2026-11-19T14:05")) == tokyo("2026-11-20T09:00")
    assert calendar.is_open(tokyo("2026-11-20T09:00"))
    assert calendar.open_seconds(tokyo("2026-11-19T00:00"), tokyo("2026-11-20T00:00")) == 5 * 3600 + 300


def test_who_closes_before_the_day_begins_closes_it_whole() -> None:
    calendar = BusinessCalendar(closed_from=tokyo("2026-11-20T08:00"))

    assert calendar.next_opening(tokyo("2026-11-20T08:30")) == tokyo("2026-11-24T09:00")
    assert calendar.closing(tokyo("2026-11-20T08:30")) is None
    assert calendar.say_closing(tokyo("2026-11-20T08:30")) == ""


def test_a_calendar_that_never_opens_says_so() -> None:
    never = BusinessCalendar(((),) * 7)

    assert never.next_opening(tokyo("2026-11-20T10:00")) is None
    assert never.words == "休業中"
    assert never.add_business_days(date("2026-11-20"), 1) > date("2027-11-20")


def test_three_business_days_after_a_friday_before_a_long_weekend() -> None:
    assert USUAL.add_business_days(date("2026-11-20"), 3) == date("2026-11-26")
    assert USUAL.add_business_days(date("2026-11-20"), 0) == date("2026-11-20")


# Words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("mon-fri 09:00-17:00", "平日9時〜17時"),
        ("mon-fri 9:00-12:00 13:00-17:30", "平日9時〜12時・13時〜17時30分"),
        ("mon-fri 09:00-17:00; sat 10:00-12:00", "平日9時〜17時、土曜10時〜12時"),
        ("tue-thu 09:00-17:00", "火〜木曜9時〜17時"),
        ("MON-SUN 00:00-24:00", "毎日0時〜24時"),
        ("sat-mon 10:00-12:00;", "月曜10時〜12時、土〜日曜10時〜12時"),
        ("mon-fri 09:00-17:00; fri 09:00-12:00", "月〜木曜9時〜17時、金曜9時〜12時"),
    ],
)
def test_the_regular_hours_are_said_in_words(written: str, words: str) -> None:
    assert BusinessCalendar(parse_week(written)).words == f"{words}(祝日と12月29日〜1月3日を除く)"


def test_moments_and_days_are_said_in_japans_time() -> None:
    assert USUAL.say(datetime.datetime(2026, 11, 24, 0, 0, tzinfo=datetime.UTC)) == "11月24日(火)9時"
    assert USUAL.say(tokyo("2026-11-24T13:30")) == "11月24日(火)13時30分"
    assert USUAL.say_day(date("2027-01-04")) == "1月4日(月)"
    assert USUAL.say_closing(tokyo("2026-11-24T10:00")) == "17時"
    assert USUAL.say_hours(date("2026-11-23")) == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "曜日"),
        (" ; ", "曜日"),
        ("mon-fri 09:00-17:00;;sat 10:00-12:00", "曜日"),
        ("平日 09:00-17:00", "平日"),
        ("mon-foo 09:00-17:00", "mon-foo"),
        ("mon,tue 09:00-17:00", "mon,tue"),
        ("mon-fri", "時間がありません"),
        ("mon-fri 9-17", "9-17"),
        ("mon-fri 09:00-17:60", "09:00-17:60"),
        ("mon-fri 17:00-09:00", "17:00-09:00"),
        ("mon-fri 09:00-09:00", "09:00-09:00"),
        ("mon-fri 09:00-25:00", "09:00-25:00"),
        ("mon-fri 09:00-13:00 12:00-17:00", "12:00-17:00"),
    ],
)
def test_unreadable_hours_are_told_with_the_part_that_is_wrong(written: str, said: str) -> None:
    with pytest.raises(HoursError, match=said):
        parse_week(written)


def test_the_usual_week_is_what_the_settings_say() -> None:
    assert parse_week("mon-fri 09:00-17:00") == OFFICE_WEEK
    assert parse_intervals("09:00-17:00") == OFFICE_HOURS
