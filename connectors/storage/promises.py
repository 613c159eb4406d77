"""The promises in the table `handoffs`."""

import datetime

import sqlalchemy as sa

from bot.handoff import Handoff
from connectors.storage.database import Database
from connectors.storage.handoffs import as_handoff
from connectors.storage.schema import handoffs


def promises(database: Database, since: datetime.date) -> list[Handoff]:
    """The promises that are open, and those that were due on `since` or later, by the day on which they are due."""
    recent = sa.or_(handoffs.c.is_open, handoffs.c.due_on >= since)
    query = sa.select(handoffs).where(handoffs.c.due_on.is_not(None), recent)
    with database.read() as connection:
        return [as_handoff(row) for row in connection.execute(query.order_by(handoffs.c.due_on, handoffs.c.id))]
