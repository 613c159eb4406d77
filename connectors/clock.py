"""The real clock."""

import datetime


class SystemClock:
    """Tells the machine's time."""

    def now(self) -> datetime.datetime:
        """The present moment, aware, in UTC."""
        return datetime.datetime.now(datetime.UTC)
