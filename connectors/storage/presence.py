"""Who is writing, and which users still look: signs that fade within seconds, kept where every process sees them."""

import datetime

import sqlalchemy as sa

from connectors.storage.database import Database
from connectors.storage.schema import handoffs


class Presence:
    """Signs of life on both sides of an open handoff."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def user_types(self, conversation_id: str, at: datetime.datetime) -> bool:
        """The user is writing; False where there is no handoff to show it in."""
        mine = sa.and_(handoffs.c.conversation_id == conversation_id, handoffs.c.is_open)
        statement = handoffs.update().where(mine).values(user_typing_at=at, user_seen_at=at)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount > 0

    def expert_types(self, handoff_id: int, user_id: str, at: datetime.datetime) -> str:
        """The expert who has the chat is writing; the conversation, empty where it is not theirs."""
        mine = sa.and_(handoffs.c.id == handoff_id, handoffs.c.expert == user_id, handoffs.c.is_open)
        statement = handoffs.update().where(mine).values(expert_typing_at=at).returning(handoffs.c.conversation_id)
        with self._database.write() as connection:
            return connection.scalar(statement) or ""
