"""What experts keep beside a chat: memos, drafts, what is read, canned replies, labels for the matching."""

import datetime
import secrets
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from connectors.people.model import User
from connectors.storage.cases import Case
from connectors.storage.database import Database
from connectors.storage.schema import canned, desks, labels, memos
from connectors.storage.upserting import upsert


class Memo(Struct, frozen=True):
    """A note among experts; never for the user."""

    id: int
    author: str
    text: str
    at: datetime.datetime


class Draft(Struct, frozen=True):
    """What is half written, and whether it is to be a reply or a memo."""

    text: str = ""
    mode: str = "reply"


class Canned(Struct, frozen=True):
    """A ready text under a shortcut; `shared` is everybody's."""

    id: int
    shortcut: str
    text: str
    shared: bool


class Keeping:
    """All of it in its own tables: nothing here is ever part of a conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_memo(
        self, handoff_id: int, client_id: str, author: tuple[str, str], text: str, at: datetime.datetime
    ) -> Memo:
        """Stores a memo, once per `client_id`; `author` is the expert's id and name."""
        row = {
            "author_id": author[0],
            "author": author[1],
            "text": text,
            "at": at,
        }
        key = {"handoff_id": handoff_id, "client_id": client_id}
        same = sa.and_(memos.c.handoff_id == handoff_id, memos.c.client_id == client_id)
        with self._database.write() as connection:
            upsert(connection, memos, key, {"client_id": client_id}, row)
            return _memo(connection.execute(sa.select(memos).where(same)).one())

    def hand_over(self, case: Case, user: User, text: str, at: datetime.datetime) -> None:
        """Leaves a memo for whoever takes the chat next, in the transaction that passes it on."""
        row = {"handoff_id": int(case.handoff.id), "client_id": secrets.token_hex(16), "at": at}
        author = {"author_id": user.id, "author": user.display_name, "text": text}
        case.connection.execute(memos.insert().values(row | author))

    def memos(self, handoff_id: int) -> list[Memo]:
        """The memos of a chat, in order."""
        query = sa.select(memos).where(memos.c.handoff_id == handoff_id).order_by(memos.c.id)
        with self._database.read() as connection:
            return [_memo(row) for row in connection.execute(query)]

    def draft(self, handoff_id: int, user_id: str) -> Draft:
        """What this expert was writing."""
        mine = sa.and_(desks.c.handoff_id == handoff_id, desks.c.user_id == user_id)
        with self._database.read() as connection:
            row = connection.execute(sa.select(desks).where(mine)).first()
        return Draft(row.draft, row.draft_mode) if row else Draft()

    def keep_draft(self, handoff_id: int, user_id: str, draft: Draft) -> None:
        """Stores what this expert is writing."""
        with self._database.write() as connection:
            self._desk(connection, handoff_id, user_id, draft=draft.text, draft_mode=draft.mode)

    def mark_read(self, handoff_id: int, user_id: str, seq: int, at: datetime.datetime) -> None:
        """Notes up to where this expert has read, and that the chat is on the screen."""
        with self._database.write() as connection:
            self._desk(connection, handoff_id, user_id, read_seq=seq, viewed_at=at)

    def read(self, connection: sa.Connection, handoff_id: int, user_id: str, seq: int) -> None:
        """The same in a running transaction."""
        self._desk(connection, handoff_id, user_id, read_seq=seq)

    def label(self, case: Case, entry_id: str, user_id: str, at: datetime.datetime) -> None:
        """Notes that an expert chose this entry for this question."""
        row = {
            "handoff_id": int(case.handoff.id),
            "question": case.handoff.question,
            "entry_id": entry_id,
            "user_id": user_id,
            "at": at,
        }
        case.connection.execute(labels.insert().values(row))

    # Canned replies

    def canned(self, user_id: str) -> list[Canned]:
        """One's own and the shared ones, by shortcut."""
        mine = sa.or_(canned.c.owner_id.is_(None), canned.c.owner_id == user_id)
        with self._database.read() as connection:
            rows = connection.execute(sa.select(canned).where(mine).order_by(canned.c.shortcut, canned.c.id))
            return [Canned(row.id, row.shortcut, row.text, row.owner_id is None) for row in rows]

    def save_canned(self, owner: str | None, shortcut: str, text: str, at: datetime.datetime, number: int = 0) -> int:
        """Adds a canned reply, or changes number `number` of this owner; its number (0: there is no such one)."""
        values = {"owner_id": owner, "shortcut": shortcut, "text": text, "changed_at": at}
        with self._database.write() as connection:
            if not number:
                return int(connection.execute(canned.insert().values(values).returning(canned.c.id)).scalar_one())
            changed = connection.execute(canned.update().where(_owned(number, owner)).values(values))
            return number if changed.rowcount else 0

    def delete_canned(self, owner: str | None, number: int) -> bool:
        """Deletes a canned reply of this owner; whether there was one."""
        with self._database.write() as connection:
            return connection.execute(canned.delete().where(_owned(number, owner))).rowcount > 0

    @staticmethod
    def _desk(connection: sa.Connection, handoff_id: int, user_id: str, **values: object) -> None:
        upsert(connection, desks, {"handoff_id": handoff_id, "user_id": user_id}, values)


def _owned(number: int, owner: str | None) -> sa.ColumnElement[bool]:
    return sa.and_(canned.c.id == number, canned.c.owner_id == owner if owner else canned.c.owner_id.is_(None))


def _memo(row: Any) -> Memo:
    return Memo(row.id, row.author, row.text, row.at)
