"""E-mail in the database: the addresses that visitors leave, and the deliveries to them.

What need not be mailed (read on the page, the address taken back) becomes a delivery to the page.
"""

import datetime
from typing import ClassVar

import sqlalchemy as sa

from bot.mailing import may_leave_address, with_address
from connectors.line.delivering import Claim
from connectors.mail.letter import CHANNEL
from connectors.storage.cases import held
from connectors.storage.database import Database
from connectors.storage.outbox import EARLIER, FREE, LeasedOutbox
from connectors.storage.schema import conversations, handoffs, outbox

_TO_PAGE = {"channel": "web", "status": "new", "is_open": True, "leased_until": None, "payload": "", "error": ""}


class Addresses:
    """Where visitors want their answers mailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def leave(self, conversation_id: str, address: str, at: datetime.datetime) -> bool:
        """Keeps an address for the answer that was promised; False where none is promised."""
        latest = sa.select(sa.func.max(handoffs.c.id)).where(handoffs.c.conversation_id == conversation_id)
        with self._database.write() as connection:
            number = connection.scalar(latest)
            if number is None:
                return False
            case = held(connection, number)
            if not may_leave_address(case.handoff):
                return False
            case.change(with_address(case.handoff, address), at)
        return True

    def take_back(self, conversation_id: str, at: datetime.datetime) -> None:
        """Forgets the addresses of a conversation; what was not mailed yet is left to the page."""
        mine = sa.and_(handoffs.c.conversation_id == conversation_id, handoffs.c.email != "")
        with self._database.write() as connection:
            # Whoever holds the conversation has the handoff in hand, and would write the address back.
            of = sa.select(conversations.c.id).where(conversations.c.id == conversation_id)
            connection.execute(of.with_for_update())
            connection.execute(handoffs.update().where(mine).values(email="", contact="code", changed_at=at))
            unsent = sa.and_(_mails_of(conversation_id), outbox.c.status != "sent")
            connection.execute(outbox.update().where(unsent).values(next_attempt_at=at, **_TO_PAGE))

    def read(self, conversation_id: str, seq: int, at: datetime.datetime) -> None:
        """The visitor has read up to message `seq`: what is in it need not be mailed, unless that was begun."""
        waiting = sa.and_(outbox.c.is_open, outbox.c.attempts == 0, outbox.c.seq <= seq)
        with self._database.write() as connection:
            statement = outbox.update().where(_mails_of(conversation_id), waiting)
            connection.execute(statement.values(next_attempt_at=at, **_TO_PAGE))


def _mails_of(conversation_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(outbox.c.conversation_id == conversation_id, outbox.c.channel == CHANNEL)


class MailOutbox(LeasedOutbox):
    """Deliveries by e-mail, each to the address of the handoff that its words belong to."""

    lease: ClassVar = datetime.timedelta(minutes=5)  # longer than a slow server may take for all steps of SMTP

    def __init__(self, database: Database) -> None:
        super().__init__(database, _DUE)

    def claim_mails(self, now: datetime.datetime, limit: int) -> tuple[Claim, ...]:
        """The oldest due mail of each conversation, leased; a look that finds none writes nothing."""
        with self._database.read() as connection:
            if connection.execute(_DUE, {"now": now, "most": 1}).first() is None:
                return ()
        return self.claim(now, limit, render=str)


_handoff_of = (
    sa.select(sa.func.max(handoffs.c.id))
    .where(handoffs.c.conversation_id == outbox.c.conversation_id, handoffs.c.opened_at <= outbox.c.created_at)
    .correlate(outbox)
    .scalar_subquery()
)
_DUE = (
    sa.select(outbox, handoffs.c.email.label("channel_key"), sa.literal("").label("parts"))
    .join(handoffs, handoffs.c.id == _handoff_of)
    .where(outbox.c.is_open, outbox.c.channel == CHANNEL, outbox.c.next_attempt_at <= sa.bindparam("now"))
    .where(FREE, ~EARLIER, handoffs.c.email != "")
    .order_by(outbox.c.id)
    .limit(sa.bindparam("most"))
)
