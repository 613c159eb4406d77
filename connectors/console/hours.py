"""When people are there, as the console shows it."""

import datetime

from bot.calendar import BusinessCalendar
from connectors.web.hours import opening

DAYS_SHOWN = 14


def hours_now(calendar: BusinessCalendar, now: datetime.datetime) -> dict[str, object]:
    """The hours around `now`."""
    today = calendar.day(now)
    days = (today + datetime.timedelta(days=number) for number in range(DAYS_SHOWN))
    return opening(calendar, now) | {
        "closed_now": calendar.is_closed_now(now),
        "days": [
            {
                "date": day,
                "words": calendar.own[day].words if day in calendar.own else "",
                "intervals": [(one.start, one.end) for one in calendar.intervals(day)],
            }
            for day in days
        ],
    }
