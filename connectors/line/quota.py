"""How far the monthly plan reaches: pushes are counted by LINE, replies are free. Pure.

LINE docs, "Messaging API pricing": a message is counted per recipient, and months are Japan's.
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

WARN_FROM = 0.8  # of the limit
TOKYO = ZoneInfo("Asia/Tokyo")
_LEAST_ELAPSED = datetime.timedelta(days=1)  # of a month, before its end can be told from its beginning


@dataclass(frozen=True, slots=True)
class Quota:
    """What may be pushed this month (None: as much as one likes) and about how much was."""

    limit: int | None
    used: int

    @property
    def share(self) -> float | None:
        """The used part of the limit; None without a limit."""
        if self.limit is None:
            return None
        return self.used / self.limit if self.limit else 1.0

    @property
    def is_short(self) -> bool:
        """Whether pushes are to be saved for what matters."""
        return self.share is not None and self.share >= WARN_FROM

    def forecast(self, now: datetime.datetime) -> int | None:
        """What will have been used at the end of the month if it goes on like this; None on its first day."""
        start = now.astimezone(TOKYO).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = (start + datetime.timedelta(days=32)).replace(day=1)
        elapsed = now - start
        return round(self.used * ((end - start) / elapsed)) if elapsed >= _LEAST_ELAPSED else None

    def warning(self, now: datetime.datetime) -> str:
        """What the operator should know in time; empty where there is enough."""
        if self.limit is None or self.share is None:
            return ""
        if self.used >= self.limit:
            return "上限に達しました。プッシュは来月まで届きません(返信は届きます)。プランの変更をご検討ください"
        if self.share >= WARN_FROM:
            left = self.limit - self.used
            return f"上限の{WARN_FROM:.0%}以上を使いました。残りは{left:,}通です。プランの変更をご検討ください"
        if (expected := self.forecast(now)) is not None and expected > self.limit:
            return f"このままだと、月末までに上限を超えます(見込み {expected:,}通)"
        return ""
