"""Whether promises are kept: each is answered by an expert within its business days. Pure."""

import datetime
from collections.abc import Iterable
from typing import Literal

from bot.calendar import BusinessCalendar
from bot.handoff import Handoff

Outcome = Literal["open", "kept", "late", "overdue", "withdrawn"]


def outcome(handoff: Handoff, today: datetime.date) -> Outcome | None:
    """What has become of a promise by `today`; None where nothing was promised.

    An expert's first message keeps it, in time or late; it is withdrawn where its user left before. Where it ended
    without an answer, and where its last day is over, it is overdue.
    """
    if handoff.due_on is None:
        return None
    if handoff.answered_at:
        return "kept" if BusinessCalendar.day(handoff.answered_at) <= handoff.due_on else "late"
    if handoff.is_open:
        return "open" if today <= handoff.due_on else "overdue"
    # An expert ends nothing without naming a category.
    return "overdue" if handoff.category else "withdrawn"


def overdue(handoffs: Iterable[Handoff], today: datetime.date) -> list[Handoff]:
    """The promises that were not kept and are not answered yet, the longest overdue first."""
    found = [handoff for handoff in handoffs if outcome(handoff, today) == "overdue"]
    return sorted(found, key=lambda handoff: (handoff.due_on or today, handoff.joined_at or handoff.opened_at))
