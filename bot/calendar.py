"""When people are there: one calendar for the gate, every text that names hours, promises, time-outs and waits. Pure.

Weekly intervals [from, to) in Japan's time, national holidays, the year-end closure, the operator's own days, and the
switch that closes for the rest of a day. Moments are aware, days are Japan's.
"""

import datetime
import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache
from zoneinfo import ZoneInfo

from msgspec import Struct

TOKYO = ZoneInfo("Asia/Tokyo")
LAST_CALL = datetime.timedelta(minutes=15)  # before the last interval of a day ends
YEAR_END, NEW_YEAR = (12, 29), (1, 3)  # month, day; both closed
_HORIZON = 400  # days looked ahead: a calendar that never opens must end the search
_WEEKDAYS = "月火水木金土日"
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")
_SPAN = re.compile(r"([0-2]?\d):([0-5]\d)-([0-2]?\d):([0-5]\d)")


class HoursError(ValueError):
    """Hours that cannot be read; the words are for the operator."""


class Interval(Struct, frozen=True):
    """Open from `start` up to, but not at, `end`: minutes after midnight."""

    start: int
    end: int


Intervals = tuple[Interval, ...]
OFFICE_HOURS: Intervals = (Interval(9 * 60, 17 * 60),)
OFFICE_WEEK: tuple[Intervals, ...] = (*(OFFICE_HOURS for _ in range(5)), (), ())


class OwnDay(Struct, frozen=True):
    """A day on which the operator keeps other hours (none: closed), and the operator's words for it."""

    intervals: Intervals = ()
    words: str = ""


class BusinessCalendar(Struct, frozen=True):
    """`week` holds the intervals of Monday to Sunday, `own` what is kept instead of them.

    `closed_from` is when somebody closed at once: from then on, that day is closed. The next opens by itself, so that
    no switch forgotten overnight breaks a promise.
    """

    week: tuple[Intervals, ...] = OFFICE_WEEK
    own: Mapping[datetime.date, OwnDay] = {}
    closed_from: datetime.datetime | None = None

    @staticmethod
    def day(at: datetime.datetime) -> datetime.date:
        """The day in Japan."""
        return at.astimezone(TOKYO).date()

    def intervals(self, day: datetime.date) -> Intervals:
        """When a day is open, as far as it is known before it begins."""
        if own := self.own.get(day):
            return own.intervals
        if day in _japanese_holidays(day.year) or (day.month, day.day) >= YEAR_END or (day.month, day.day) <= NEW_YEAR:
            return ()
        return self.week[day.weekday()]

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether people are there; 16:59:59 is open, 17:00:00 is not."""
        return any(start <= at < end for start, end in self._spans(self.day(at)))

    def is_closed_now(self, at: datetime.datetime) -> bool:
        """Whether somebody has closed for the rest of this day."""
        if self.closed_from is None or self.day(self.closed_from) != self.day(at):
            return False
        return self.closed_from.astimezone(TOKYO) <= at.astimezone(TOKYO)

    def next_opening(self, at: datetime.datetime) -> datetime.datetime | None:
        """When the next interval after `at` begins; None where none is to be foreseen."""
        days = (self.day(at) + datetime.timedelta(days=number) for number in range(_HORIZON))
        return next((start for day in days for start, _ in self._spans(day) if start > at), None)

    def closing(self, at: datetime.datetime) -> datetime.datetime | None:
        """When the last interval of the day ends; None on a closed day."""
        spans = list(self._spans(self.day(at)))
        return spans[-1][1] if spans else None

    def is_last_call(self, at: datetime.datetime) -> bool:
        """Whether it is open and soon closes for the day."""
        closing = self.closing(at)
        return closing is not None and self.is_open(at) and closing - at <= LAST_CALL

    def open_seconds(self, start: datetime.datetime, end: datetime.datetime) -> float:
        """How much of the time from `start` to `end` was open."""
        start, end = start.astimezone(TOKYO), end.astimezone(TOKYO)  # moments of one zone are compared by their clock
        last = self.day(end)
        days = itertools.takewhile(
            lambda day: day <= last, (self.day(start) + datetime.timedelta(days=number) for number in itertools.count())
        )
        spans = (span for day in days for span in self._spans(day))
        return sum(max((min(end, to) - max(start, since)).total_seconds(), 0.0) for since, to in spans)

    def is_business_day(self, day: datetime.date) -> bool:
        """Whether a day is open at all."""
        return bool(self.intervals(day))

    def add_business_days(self, day: datetime.date, count: int) -> datetime.date:
        """The `count`-th open day after `day`; the end of the horizon where there are not so many."""
        if count < 1:
            return day
        later = (day + datetime.timedelta(days=number) for number in range(1, _HORIZON))
        counted = itertools.islice(filter(self.is_business_day, later), count - 1, None)
        return next(counted, day + datetime.timedelta(days=_HORIZON))

    # For people

    @property
    def words(self) -> str:
        """The regular hours in words: 「平日9時〜17時(祝日と12月29日〜1月3日を除く)」."""
        groups = [(list(days), hours) for hours, days in itertools.groupby(range(7), lambda day: self.week[day])]
        spoken = [f"{_days_in_words(days)}{_hours_in_words(hours)}" for days, hours in groups if hours]
        if not spoken:
            return "休業中"
        return f"{'、'.join(spoken)}(祝日と{YEAR_END[0]}月{YEAR_END[1]}日〜{NEW_YEAR[0]}月{NEW_YEAR[1]}日を除く)"

    def say(self, at: datetime.datetime) -> str:
        """A moment: 「11月24日(火)9時」."""
        local = at.astimezone(TOKYO)
        return f"{self.say_day(local.date())}{_time_in_words(local.hour * 60 + local.minute)}"

    @staticmethod
    def say_day(day: datetime.date) -> str:
        """A day: 「11月24日(火)」."""
        return f"{day.month}月{day.day}日({_WEEKDAYS[day.weekday()]})"

    def say_hours(self, day: datetime.date) -> str:
        """The hours of a day: 「9時〜12時・13時〜17時」; empty on a closed day."""
        return _hours_in_words(self.intervals(day))

    def say_closing(self, at: datetime.datetime) -> str:
        """When the day ends: 「17時」; empty on a closed day."""
        closing = self.closing(at)
        return _time_in_words(_minutes(closing.astimezone(TOKYO))) if closing else ""

    def _spans(self, day: datetime.date) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        midnight = datetime.datetime.combine(day, datetime.time(), TOKYO)
        switched = self.closed_from.astimezone(TOKYO) if self.closed_from else None
        closed = switched if switched and switched.date() == day else None
        for interval in self.intervals(day):
            start = midnight + datetime.timedelta(minutes=interval.start)
            end = midnight + datetime.timedelta(minutes=interval.end)
            if closed is None or start < closed:
                yield start, min(end, closed or end)


def parse_week(text: str) -> tuple[Intervals, ...]:
    """Reads `mon-fri 09:00-12:00 13:00-17:00; sat 10:00-12:00`; the last word on a day counts.

    Raises:
        HoursError: It cannot be read; says which part.
    """
    week: list[Intervals] = [()] * 7
    for part in (part.strip().lower() for part in text.strip().rstrip(";").split(";")):
        days, _, spans = part.partition(" ")
        found = _DAYS.fullmatch(days)
        if not found or not {name for name in found.groups() if name} <= set(_NAMES):
            raise HoursError(f"曜日を読めません: {days}(例 mon-fri 09:00-17:00)")
        first, last = _NAMES.index(found[1]), _NAMES.index(found[2] or found[1])
        for day in range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]:
            week[day] = parse_intervals(spans)
    return tuple(week)


def parse_intervals(text: str) -> Intervals:
    """Reads `09:00-12:00 13:00-17:00`.

    Raises:
        HoursError: It cannot be read, or the intervals are not one after the other.
    """
    intervals = list[Interval]()
    for span in text.split():
        found = _SPAN.fullmatch(span)
        if not found:
            raise HoursError(f"時間を読めません: {span}(例 09:00-17:00)")
        start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if not (intervals[-1].end if intervals else 0) <= start < end <= 24 * 60:
            raise HoursError(f"時間の並びが正しくありません: {span}(早い順に、重ならないように書きます)")
        intervals.append(Interval(start, end))
    if not intervals:
        raise HoursError("時間がありません(例 09:00-17:00)")
    return tuple(intervals)


@cache
def _japanese_holidays(year: int) -> frozenset[datetime.date]:
    import holidays  # noqa: PLC0415 - takes longer than an answer, and who only asks needs no calendar

    return frozenset(holidays.country_holidays("JP", years=year))


def _minutes(local: datetime.datetime) -> int:
    return local.hour * 60 + local.minute


def _time_in_words(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}時{minute}分" if minute else f"{hour}時"


def _hours_in_words(intervals: Intervals) -> str:
    return "・".join(f"{_time_in_words(one.start)}〜{_time_in_words(one.end)}" for one in intervals)


def _days_in_words(days: list[int]) -> str:
    if days == [0, 1, 2, 3, 4]:
        return "平日"
    if len(days) == 7:
        return "毎日"
    return f"{_WEEKDAYS[days[0]]}曜" if len(days) == 1 else f"{_WEEKDAYS[days[0]]}〜{_WEEKDAYS[days[-1]]}曜"
