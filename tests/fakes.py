"""Hand-written stand-ins for what tests must control."""

import datetime

from bot.calendar import BusinessCalendar


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime.datetime) -> None:
        self.moment = now

    def now(self) -> datetime.datetime:
        return self.moment

    def advance(self, **duration: float) -> None:
        self.moment += datetime.timedelta(**duration)


class OfficeHours:
    """The regular calendar."""

    def load(self) -> BusinessCalendar:
        return BusinessCalendar()
