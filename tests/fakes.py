"""Hand-written stand-ins for what tests must control."""

import datetime


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime.datetime) -> None:
        self.moment = now

    def now(self) -> datetime.datetime:
        return self.moment

    def advance(self, **duration: float) -> None:
        self.moment += datetime.timedelta(**duration)
