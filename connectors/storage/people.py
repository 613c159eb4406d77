"""Users in the table `users`. Whatever changes what somebody may do ends their sessions and stands in the audit log."""

import datetime
import secrets
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import structs

from connectors.people.model import AuditEntry, Preferences, Role, User
from connectors.storage.attempts import forget_attempts
from connectors.storage.audit import done_by, record
from connectors.storage.database import Database
from connectors.storage.rows import to_json
from connectors.storage.schema import sessions, users

BEAT = datetime.timedelta(seconds=15)  # a sign of somebody is written no more often
AUTOMATIC = "自動"  # the actor's name where nobody did it


class NameTakenError(ValueError):
    """There is a user of this name."""


class SqlPeople:
    """The users. `by` is who makes a change: a user, or None for somebody at the command line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, user: User, password_hash: str, by: User | None) -> User:
        """Stores a new user, whose id is made here; returns it.

        Raises:
            NameTakenError: There is a user of this name.
        """
        created = structs.replace(user, id=secrets.token_hex(8))
        row = structs.asdict(created) | {
            "specialities": to_json(created.specialities),
            "preferences": to_json(created.preferences),
            "password_hash": password_hash,
        }
        try:
            with self._database.write() as connection:
                connection.execute(users.insert().values(row))
                entry = done_by(by, created.created_at, "user.added", target=created.name, detail=created.role)
                record(connection, entry)
        except sa.exc.IntegrityError as error:
            raise NameTakenError(user.name) from error
        return created

    def by_name(self, name: str) -> User | None:
        """The user of a log-in name, which is in the form of `read_name`."""
        return self.with_password(name)[0]

    def by_id(self, user_id: str) -> User | None:
        """The user of an id."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(users.c.id == user_id)).first()
        return as_user(row) if row else None

    def all(self) -> tuple[User, ...]:
        """All users, by name."""
        with self._database.read() as connection:
            return tuple(as_user(row) for row in connection.execute(sa.select(users).order_by(users.c.name)))

    def with_password(self, name: str) -> tuple[User | None, str | None]:
        """The user of a log-in name with the hash of their password."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(users.c.name == name)).first()
        return (as_user(row), row.password_hash) if row else (None, None)

    def set_password(
        self, user: User, password_hash: str, by: User | None, at: datetime.datetime, staying: str = ""
    ) -> None:
        """Changes the password; unlocks the name, and ends all sessions of the user but `staying`."""
        with self._database.write() as connection:
            _update(connection, user.id, password_hash=password_hash)
            connection.execute(sessions.delete().where(_of(user), sessions.c.token_hash != staying))
            forget_attempts(connection, user.name)
            record(connection, done_by(by, at, "password", target=user.name))

    def rehash(self, user: User, before: str, after: str) -> None:
        """Stores the same password under newer parameters, unless it was changed meanwhile."""
        same = sa.and_(users.c.id == user.id, users.c.password_hash == before)
        with self._database.write() as connection:
            connection.execute(users.update().where(same).values(password_hash=after))

    def set_role(self, user: User, role: Role, by: User | None, at: datetime.datetime) -> None:
        """Gives another role; it counts from the next request on."""
        with self._database.write() as connection:
            _update(connection, user.id, role=role)
            record(connection, done_by(by, at, "user.role", target=user.name, detail=f"{user.role} → {role}"))

    def disable(self, user: User, by: User | None, at: datetime.datetime) -> None:
        """Keeps a user out from this moment on."""
        with self._database.write() as connection:
            _update(connection, user.id, disabled_at=at, seen_at=None)
            connection.execute(sessions.delete().where(_of(user)))
            record(connection, done_by(by, at, "user.disabled", target=user.name))

    def enable(self, user: User, by: User | None, at: datetime.datetime) -> None:
        """Lets a user in again, also one who was locked out."""
        with self._database.write() as connection:
            _update(connection, user.id, disabled_at=None)
            forget_attempts(connection, user.name)
            record(connection, done_by(by, at, "user.enabled", target=user.name))

    def set_away(self, user_id: str, is_away: bool) -> None:
        """Notes whether the user wants to be given chats; nothing but the user and `note_away` changes it."""
        with self._database.write() as connection:
            _update(connection, user_id, is_away=is_away)

    def set_preferences(self, user_id: str, preferences: Preferences) -> None:
        """Keeps how the user's console behaves."""
        with self._database.write() as connection:
            _update(connection, user_id, preferences=to_json(preferences))

    def audit(self, by: User | None, what: str, target: str, detail: str, at: datetime.datetime) -> None:
        """Notes in the audit log what somebody did elsewhere."""
        with self._database.write() as connection:
            record(connection, done_by(by, at, what, target=target, detail=detail))

    # Inside the transactions of others

    @staticmethod
    def note_assigned(connection: sa.Connection, user_id: str, at: datetime.datetime) -> None:
        """Notes that the user was given a chat."""
        _update(connection, user_id, last_assigned_at=at)

    @staticmethod
    def note_away(connection: sa.Connection, user_id: str, at: datetime.datetime) -> None:
        """Takes the user for away, because they did not take up what they were given."""
        _update(connection, user_id, is_away=True)
        name = connection.scalar(sa.select(users.c.name).where(users.c.id == user_id))
        record(connection, AuditEntry(at, "user.away", actor_name=AUTOMATIC, target=name or ""))


def is_due(written: datetime.datetime | None, at: datetime.datetime) -> bool:
    """Whether a sign of somebody is to be written; also where the clock was put back meanwhile."""
    return written is None or not datetime.timedelta() <= at - written < BEAT


def as_user(row: Any) -> User:
    """The user of a row that has the columns of `users`."""
    values = {name: getattr(row, name) for name in User.__struct_fields__}
    values["specialities"] = msgspec.json.decode(row.specialities, type=tuple[str, ...])
    values["preferences"] = msgspec.json.decode(row.preferences, type=Preferences)
    return User(**values)


def _of(user: User) -> sa.ColumnElement[bool]:
    return sessions.c.user_id == user.id


def _update(connection: sa.Connection, user_id: str, **values: object) -> None:
    connection.execute(users.update().where(users.c.id == user_id).values(values))
