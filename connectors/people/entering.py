"""The way in: proves who somebody is and keeps guessers out. Slow by design: never call it in the event loop."""

from bot.ports import Clock
from connectors.people.model import AuditEntry, Session, User, read_name
from connectors.people.passwords import Passwords, expect_strong
from connectors.storage.attempts import SqlAttempts
from connectors.storage.audit import SqlAudit
from connectors.storage.database import Database
from connectors.storage.people import SqlPeople
from connectors.storage.sessions import SqlSessions


class WrongPasswordError(Exception):
    """Nobody has this name with this password, or not any more; which of these it is, is not to be told."""


class Entrance:
    """Logs in and changes passwords; a name that nobody has is treated, and takes as long, as one with an owner."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self._people = SqlPeople(database)
        self._sessions = SqlSessions(database)
        self._attempts = SqlAttempts(database)
        self._audit = SqlAudit(database)
        self._passwords = passwords
        self._clock = clock

    def log_in(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """Opens a session; returns the token for the browser with it. `address` is where from, for the audit log.

        Raises:
            WrongPasswordError: The name and the password do not belong together.
            LoginLockedError: There were too many failures.
        """
        user = self._proven(name, password, address)
        return self._sessions.open(user, self._clock.now(), address)

    def change_password(self, session: Session, old: str, new: str, address: str) -> None:
        """Changes the password of who is logged in, and ends their other sessions.

        Raises:
            PasswordWeakError: The new one is too short.
            WrongPasswordError: The old one is not right.
            LoginLockedError: There were too many failures.
        """
        expect_strong(new)
        user = self._proven(session.user.name, old, address)
        self._people.set_password(user, self._passwords.hash(new), by=user, at=self._clock.now(), staying=session.key)

    def _proven(self, name: str, password: str, address: str) -> User:
        now = self._clock.now()
        is_last_attempt = self._attempts.begin(name, now)
        user, stored = self._people.with_password(read_name(name))
        if not self._passwords.proves(password, stored) or user is None or stored is None or user.is_disabled:
            self._note_failure(user, address, is_last_attempt=is_last_attempt)
            raise WrongPasswordError
        self._attempts.succeed(name, now)
        if self._passwords.is_outdated(stored):
            self._people.rehash(user, stored, self._passwords.hash(password))
        return user

    def _note_failure(self, user: User | None, address: str, *, is_last_attempt: bool) -> None:
        # A name that nobody has is not kept: it may well be a password in the wrong field.
        whats = ("login.failed", "login.locked") if is_last_attempt else ("login.failed",)
        for what in whats:
            target = user.name if user else ""
            self._audit.write(AuditEntry(self._clock.now(), what, target=target, detail=address))
