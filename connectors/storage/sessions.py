"""Sessions in the table `sessions`. The browser keeps a token, the database only its hash."""

import datetime
import hashlib
import secrets

import sqlalchemy as sa

from connectors.people.model import Session, User
from connectors.storage.audit import done_by, record
from connectors.storage.database import Database
from connectors.storage.people import as_user, is_due
from connectors.storage.schema import sessions, users

LIFE, IDLE = datetime.timedelta(hours=12), datetime.timedelta(hours=2)


def session_key(token: str) -> str:
    """The hash under which the session of a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class SqlSessions:
    """The sessions that are under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, user: User, at: datetime.datetime, address: str = "") -> tuple[str, Session]:
        """Opens a session, which ends `LIFE` later or when `IDLE` passes without a sign; returns its token with it.

        `address` is where from, for the audit log.
        """
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        session = Session(session_key(token), user, csrf, at)
        row = {
            "token_hash": session.key,
            "user_id": user.id,
            "csrf": csrf,
            "created_at": at,
            "last_seen_at": at,
            "expires_at": at + LIFE,
        }
        with self._database.write() as connection:
            _hold(connection, user)
            connection.execute(sessions.delete().where(sa.not_(_is_live(at))))
            connection.execute(sessions.insert().values(row))
            _note_seen(connection, user, at)
            record(connection, done_by(user, at, "login", target=user.name, detail=address))
        return token, session

    def find(self, key: str, at: datetime.datetime) -> Session | None:
        """The session, if it is still under way and its user may be here."""
        columns = (sessions.c.token_hash, sessions.c.csrf, sessions.c.last_seen_at, users)
        query = (
            sa.select(*columns)
            .join_from(sessions, users)
            .where(sessions.c.token_hash == key, _is_live(at), users.c.disabled_at.is_(None))
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return Session(row.token_hash, as_user(row), row.csrf, row.last_seen_at) if row else None

    def touch(self, session: Session, at: datetime.datetime) -> None:
        """Notes that the session is in use and its user is there; written at most every `people.BEAT`."""
        if not is_due(session.last_seen_at, at):
            return
        mine = sessions.c.token_hash == session.key
        with self._database.write() as connection:
            _hold(connection, session.user)
            if connection.execute(sessions.update().where(mine).values(last_seen_at=at)).rowcount:
                _note_seen(connection, session.user, at)

    def close(self, session: Session, at: datetime.datetime) -> None:
        """Ends a session; with the last one its user is gone at once."""
        others = sa.select(sessions.c.token_hash).where(sessions.c.user_id == session.user.id, _is_live(at))
        with self._database.write() as connection:
            _hold(connection, session.user)
            connection.execute(sessions.delete().where(sessions.c.token_hash == session.key))
            if connection.execute(others.limit(1)).first() is None:
                _note_seen(connection, session.user, None)
            record(connection, done_by(session.user, at, "logout", target=session.user.name))


def _is_live(at: datetime.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(sessions.c.expires_at > at, sessions.c.last_seen_at > at - IDLE)


def _hold(connection: sa.Connection, user: User) -> None:
    """Locks the user before their sessions, as everybody does, so that nobody waits for each other."""
    connection.execute(sa.select(users.c.id).where(users.c.id == user.id).with_for_update())


def _note_seen(connection: sa.Connection, user: User, at: datetime.datetime | None) -> None:
    connection.execute(users.update().where(users.c.id == user.id).values(seen_at=at))
