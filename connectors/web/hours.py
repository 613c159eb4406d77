"""When people are there, told to any page that asks, without a log-in."""

import datetime
from types import MappingProxyType

from fastapi import APIRouter, Response

from bot.calendar import BusinessCalendar
from connectors.web.api import Context
from connectors.web.schemas import HoursOut

# Pages elsewhere may show it beside their link to the chat. A minute late is soon enough.
_FOR_ALL = MappingProxyType({"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"})
router = APIRouter(prefix="/api/v1")


def opening(calendar: BusinessCalendar, now: datetime.datetime) -> dict[str, object]:
    """How it stands at `now`: until when it is open today, or when it opens next."""
    is_open = calendar.is_open(now)
    return {
        "open": is_open,
        "text": calendar.words,
        "opens_at": None if is_open else calendar.next_opening(now),
        "closes_at": calendar.closing(now) if is_open else None,
        "last_call": calendar.is_last_call(now),
    }


@router.get("/hours")
def hours(context: Context, response: Response) -> HoursOut:
    """Whether experts are there now, and when they are next."""
    response.headers.update(_FOR_ALL)
    return HoursOut.model_validate(opening(context.hours.load(), context.clock.now()))
