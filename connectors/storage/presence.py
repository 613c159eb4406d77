"""Who is writing, and which users still look: signs that fade within seconds, kept where every process sees them."""

import datetime
from collections.abc import Sequence

import sqlalchemy as sa

from connectors.storage.database import Database
from connectors.storage.schema import handoffs

_OF_USER = handoffs.update().where(handoffs.c.conversation_id == sa.bindparam("conversation"), handoffs.c.is_open)
_LOOKS = _OF_USER.values(user_seen_at=sa.bindparam("at"))
_TYPES = _OF_USER.values(user_seen_at=sa.bindparam("at"), user_typing_at=sa.bindparam("at"))


class Presence:
    """Signs of life on both sides of an open handoff."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def users_show(self, looking: Sequence[str], typing: Sequence[str], at: datetime.datetime) -> None:
        """The users look at these conversations, or write in them; noted where there is a handoff to show it in."""
        with self._database.write() as connection:
            for statement, found in ((_LOOKS, looking), (_TYPES, typing)):
                if found:
                    connection.execute(statement, [{"conversation": one, "at": at} for one in found])

    def expert_types(self, handoff_id: int, user_id: str, at: datetime.datetime) -> str:
        """The expert who has the chat is writing; the conversation, empty where it is not theirs."""
        mine = sa.and_(handoffs.c.id == handoff_id, handoffs.c.expert == user_id, handoffs.c.is_open)
        statement = handoffs.update().where(mine).values(expert_typing_at=at).returning(handoffs.c.conversation_id)
        with self._database.write() as connection:
            return connection.scalar(statement) or ""
