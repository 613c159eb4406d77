"""Whether an expert's words go to a visitor by e-mail too, and when. Pure."""

import datetime

import msgspec

from bot.handoff import Handoff

SEEN_WITHIN = datetime.timedelta(seconds=40)  # of a sign of theirs a user is taken to be there
# For a page that is open to say that the words were read; a phone that was put away seems to be there for a while.
READ_WITHIN = datetime.timedelta(seconds=60)


def may_leave_address(handoff: Handoff) -> bool:
    """Whether its user may still say where to mail the answer: once it is promised, until an expert has it."""
    is_promised = handoff.promised_for is not None and handoff.status in {"promised", "queued"}
    return is_promised and handoff.channel == "web"


def with_address(handoff: Handoff, address: str) -> Handoff:
    """The handoff whose answer is mailed to `address` as well."""
    return msgspec.structs.replace(handoff, email=address, contact="email")


def due(seen_at: datetime.datetime | None, now: datetime.datetime) -> datetime.datetime:
    """When words that are said `now` are mailed, unless they are read before."""
    is_there = seen_at is not None and now - seen_at <= SEEN_WITHIN
    return now + READ_WITHIN if is_there else now
