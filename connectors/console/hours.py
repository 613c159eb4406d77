"""When people are there, as the console shows it."""

import datetime

from bot.calendar import BusinessCalendar

DAYS_SHOWN = 14


def hours_now(calendar: BusinessCalendar, now: datetime.datetime) -> dict[str, object]:
    """The hours around `now`."""
    today = calendar.day(now)
    days = (today + datetime.timedelta(days=number) for number in range(DAYS_SHOWN))
    return {
        "open": calendar.is_open(now),
        "closed_now": calendar.is_closed_now(now),
        "opens_at": calendar.next_opening(now),
        "closes_at": calendar.closing(now),
        "last_call": calendar.is_last_call(now),
        "text": calendar.words,
        "days": [
            {
                "date": day,
                "words": calendar.own[day].words if day in calendar.own else "",
                "intervals": [(one.start, one.end) for one in calendar.intervals(day)],
            }
            for day in days
        ],
    }
