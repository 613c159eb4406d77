"""What the stores of users, sessions, log-in attempts and the audit log promise, on SQLite and on PostgreSQL alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec import structs

from connectors.people.model import AuditEntry, Preferences, Session, User
from connectors.storage.attempts import LOCKED_FOR, MOST_FAILURES, LoginLockedError, SqlAttempts
from connectors.storage.audit import TERMINAL, SqlAudit
from connectors.storage.database import Database
from connectors.storage.people import NameTakenError, SqlPeople
from connectors.storage.sessions import SqlSessions, session_key
from tests.fakes import FixedClock


@pytest.fixture
def people(database: Database) -> SqlPeople:
    return SqlPeople(database)


@pytest.fixture
def sessions(database: Database) -> SqlSessions:
    return SqlSessions(database)


@pytest.fixture
def attempts(database: Database) -> SqlAttempts:
    return SqlAttempts(database)


@pytest.fixture
def yamada(people: SqlPeople, clock: FixedClock) -> User:
    return people.create(somebody("yamada", clock), "hash", by=None)


def somebody(name: str, clock: FixedClock) -> User:
    return User(
        id="",
        name=name,
        display_name="山田",
        qualification="税理士",
        role="expert",
        specialities=("zeimu", "sogyo"),
        created_at=clock.now(),
    )


def stored(people: SqlPeople, user: User) -> User:
    found = people.by_id(user.id)
    assert found
    return found


def deeds(database: Database) -> list[tuple[str, str, str]]:
    """Who did what to whom, the oldest first."""
    return [(entry.actor_name, entry.what, entry.target) for entry in reversed(SqlAudit(database).list(100))]


# Users


def test_a_user_comes_back_as_stored(people: SqlPeople, yamada: User, clock: FixedClock) -> None:
    assert yamada.id
    assert yamada == people.by_name("yamada") == people.by_id(yamada.id)
    assert people.with_password("yamada") == (yamada, "hash")
    assert (yamada.capacity, yamada.is_away, yamada.preferences) == (3, False, Preferences())
    assert yamada.created_at == clock.now()


def test_nobody_is_found_under_another_name(people: SqlPeople, yamada: User) -> None:
    assert people.by_name("yamad") is None
    assert people.by_name("") is None
    assert people.by_id("nobody") is None
    assert people.with_password("nobody") == (None, None)


def test_users_are_listed_by_name(people: SqlPeople, yamada: User, clock: FixedClock) -> None:
    sato = people.create(somebody("sato", clock), "hash", by=yamada)

    assert people.all() == (sato, yamada)


def test_a_name_belongs_to_one_user(people: SqlPeople, database: Database, yamada: User, clock: FixedClock) -> None:
    with pytest.raises(NameTakenError):
        people.create(somebody("yamada", clock), "other", by=None)

    assert people.with_password("yamada") == (yamada, "hash")
    assert deeds(database) == [(TERMINAL, "user.added", "yamada")]


def test_the_same_name_many_times_at_once_makes_one_user(people: SqlPeople, clock: FixedClock) -> None:
    def create(_: int) -> bool:
        try:
            people.create(somebody("tanaka", clock), "hash", by=None)
        except NameTakenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1


def test_what_a_user_sets_is_kept(people: SqlPeople, yamada: User) -> None:
    preferences = Preferences(sound=False, enter_sends=True)

    people.set_away(yamada.id, True)
    people.set_preferences(yamada.id, preferences)

    found = stored(people, yamada)
    assert (found.is_away, found.preferences) == (True, preferences)
    people.set_away(yamada.id, False)
    assert people.by_id(yamada.id) == structs.replace(found, is_away=False)


def test_a_sign_of_an_expert_is_written_every_fifteen_seconds_at_most(
    people: SqlPeople, sessions: SqlSessions, yamada: User, clock: FixedClock
) -> None:
    _, session = sessions.open(yamada, clock.now())
    seen = []
    for _ in range(7):
        sessions.touch(alive(sessions, session, clock), clock.now())
        seen.append(stored(people, yamada).seen_at)
        clock.advance(seconds=5)

    assert len(set(seen)) == 3
    assert seen[0] == yamada.created_at


def test_a_sign_of_an_expert_counts_also_when_the_clock_was_put_back(
    people: SqlPeople, sessions: SqlSessions, yamada: User, clock: FixedClock
) -> None:
    _, session = sessions.open(yamada, clock.now())
    clock.advance(hours=-1)

    sessions.touch(alive(sessions, session, clock), clock.now())

    assert stored(people, yamada).seen_at == clock.now()


def test_what_happens_to_an_expert_is_noted_in_the_transaction_of_others(
    people: SqlPeople, database: Database, yamada: User, clock: FixedClock
) -> None:
    with database.write() as connection:
        people.note_assigned(connection, yamada.id, clock.now())
        people.note_away(connection, yamada.id, clock.now())

    found = stored(people, yamada)
    assert (found.last_assigned_at, found.is_away) == (clock.now(), True)
    assert deeds(database)[-1] == ("自動", "user.away", "yamada")


# Sessions


def alive(sessions: SqlSessions, session: Session, clock: FixedClock) -> Session:
    found = sessions.find(session.key, clock.now())
    assert found
    return found


def test_a_session_is_found_by_its_token_alone(
    sessions: SqlSessions, people: SqlPeople, yamada: User, clock: FixedClock
) -> None:
    token, opened = sessions.open(yamada, clock.now())

    found = sessions.find(session_key(token), clock.now())

    assert found
    assert (found.key, found.csrf, found.user) == (opened.key, opened.csrf, people.by_id(yamada.id))
    assert found.user.seen_at == clock.now()
    assert token not in {opened.key, opened.csrf}
    assert sessions.find(token, clock.now()) is None
    assert sessions.find("", clock.now()) is None


def test_a_session_ends_twelve_hours_after_it_began(sessions: SqlSessions, yamada: User, clock: FixedClock) -> None:
    _, session = sessions.open(yamada, clock.now())
    for _ in range(12 * 6 - 1):
        clock.advance(minutes=10)
        sessions.touch(alive(sessions, session, clock), clock.now())

    clock.advance(minutes=10)
    assert sessions.find(session.key, clock.now()) is None


def test_a_session_ends_after_two_hours_without_a_sign(sessions: SqlSessions, yamada: User, clock: FixedClock) -> None:
    _, session = sessions.open(yamada, clock.now())
    clock.advance(hours=1, minutes=59, seconds=59)
    sessions.touch(alive(sessions, session, clock), clock.now())
    clock.advance(hours=1, minutes=59, seconds=59)
    assert sessions.find(session.key, clock.now())

    clock.advance(seconds=1)
    assert sessions.find(session.key, clock.now()) is None


def test_using_a_session_is_a_sign_of_its_user(
    sessions: SqlSessions, people: SqlPeople, yamada: User, clock: FixedClock
) -> None:
    _, session = sessions.open(yamada, clock.now())
    clock.advance(seconds=14)
    sessions.touch(session, clock.now())
    assert stored(people, yamada).seen_at == yamada.created_at

    clock.advance(seconds=1)
    sessions.touch(session, clock.now())
    assert stored(people, yamada).seen_at == clock.now()


def test_with_their_last_session_a_user_is_gone(
    sessions: SqlSessions, people: SqlPeople, database: Database, yamada: User, clock: FixedClock
) -> None:
    _, first = sessions.open(yamada, clock.now(), "192.0.2.1")
    _, second = sessions.open(yamada, clock.now())

    sessions.close(first, clock.now())
    assert sessions.find(first.key, clock.now()) is None
    assert alive(sessions, second, clock).user.seen_at == clock.now()

    sessions.close(second, clock.now())
    assert stored(people, yamada).seen_at is None
    assert deeds(database)[1:] == [("yamada", what, "yamada") for what in ("login", "login", "logout", "logout")]


def test_a_session_that_was_ended_does_not_come_back_by_being_used(
    sessions: SqlSessions, people: SqlPeople, yamada: User, clock: FixedClock
) -> None:
    _, session = sessions.open(yamada, clock.now())
    people.disable(yamada, None, clock.now())
    clock.advance(minutes=1)

    sessions.touch(session, clock.now())

    assert sessions.find(session.key, clock.now()) is None
    assert stored(people, yamada).seen_at is None


def test_a_disabled_user_has_no_session_from_then_on(
    sessions: SqlSessions, people: SqlPeople, database: Database, yamada: User, clock: FixedClock
) -> None:
    _, before = sessions.open(yamada, clock.now())

    people.disable(yamada, None, clock.now())

    _, after = sessions.open(yamada, clock.now())  # by a log-in that was under way
    assert sessions.find(before.key, clock.now()) is None
    assert sessions.find(after.key, clock.now()) is None
    people.enable(yamada, None, clock.now())
    assert sessions.find(before.key, clock.now()) is None
    assert {what for _, what, _ in deeds(database)} >= {"user.disabled", "user.enabled"}


def test_another_password_ends_the_other_sessions(
    sessions: SqlSessions, people: SqlPeople, database: Database, yamada: User, clock: FixedClock
) -> None:
    _, own = sessions.open(yamada, clock.now())
    _, other = sessions.open(yamada, clock.now())

    people.set_password(yamada, "new", by=yamada, at=clock.now(), staying=own.key)
    assert sessions.find(own.key, clock.now())
    assert sessions.find(other.key, clock.now()) is None

    people.set_password(yamada, "newer", by=None, at=clock.now())
    assert sessions.find(own.key, clock.now()) is None
    assert people.with_password("yamada")[1] == "newer"
    assert deeds(database)[-2:] == [("yamada", "password", "yamada"), (TERMINAL, "password", "yamada")]


def test_a_rehash_never_undoes_another_password(people: SqlPeople, yamada: User, clock: FixedClock) -> None:
    people.set_password(yamada, "new", by=yamada, at=clock.now())

    people.rehash(yamada, "hash", "hash with more rounds")
    assert people.with_password("yamada")[1] == "new"

    people.rehash(yamada, "new", "new with more rounds")
    assert people.with_password("yamada")[1] == "new with more rounds"


def test_another_role_counts_for_open_sessions(
    sessions: SqlSessions, people: SqlPeople, database: Database, yamada: User, clock: FixedClock
) -> None:
    _, session = sessions.open(yamada, clock.now())

    people.set_role(yamada, "supervisor", by=None, at=clock.now())

    assert alive(sessions, session, clock).user.may("supervisor")
    assert SqlAudit(database).list(1)[0].detail == "expert → supervisor"


# Log-in attempts


def fail(attempts: SqlAttempts, name: str, clock: FixedClock, times: int = 1) -> None:
    for _ in range(times):
        attempts.begin(name, clock.now())


@pytest.mark.parametrize("name", ["yamada", "nobody", "\x00\ud83d"])
def test_five_failures_in_a_row_lock_any_name(
    attempts: SqlAttempts, yamada: User, clock: FixedClock, name: str
) -> None:
    fail(attempts, name, clock, MOST_FAILURES)

    with pytest.raises(LoginLockedError) as locked:
        attempts.begin(name, clock.now())
    assert locked.value.remaining == LOCKED_FOR
    assert attempts.is_locked(name, clock.now())
    fail(attempts, "sato", clock)

    clock.advance(minutes=15)
    assert not attempts.is_locked(name, clock.now())
    fail(attempts, name, clock, MOST_FAILURES)
    assert attempts.is_locked(name, clock.now())


def test_a_name_is_the_same_however_it_is_written(attempts: SqlAttempts, clock: FixedClock) -> None:
    for name in ("yamada", "Yamada", " YAMADA ", "ｙａｍａｄａ", "yAMADA"):
        fail(attempts, name, clock)

    assert attempts.is_locked("yamada", clock.now())


def test_a_success_starts_counting_anew(attempts: SqlAttempts, clock: FixedClock) -> None:
    fail(attempts, "yamada", clock, MOST_FAILURES - 1)
    attempts.succeed("yamada", clock.now())

    fail(attempts, "yamada", clock, MOST_FAILURES - 1)

    assert not attempts.is_locked("yamada", clock.now())


def test_only_the_last_attempt_before_the_lock_is_said_to_be_it(attempts: SqlAttempts, clock: FixedClock) -> None:
    assert [attempts.begin("yamada", clock.now()) for _ in range(MOST_FAILURES)] == [False] * 4 + [True]


def test_many_attempts_at_once_are_no_more_than_in_a_row(attempts: SqlAttempts, clock: FixedClock) -> None:
    def attempt(_: int) -> bool:
        try:
            attempts.begin("yamada", clock.now())
        except LoginLockedError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(30))) == MOST_FAILURES


def test_an_administrator_unlocks_by_enabling_or_a_new_password(
    attempts: SqlAttempts, people: SqlPeople, yamada: User, clock: FixedClock
) -> None:
    fail(attempts, "yamada", clock, MOST_FAILURES)
    people.enable(yamada, None, clock.now())
    assert not attempts.is_locked("yamada", clock.now())

    fail(attempts, "yamada", clock, MOST_FAILURES)
    people.set_password(yamada, "new", by=None, at=clock.now())
    assert not attempts.is_locked("yamada", clock.now())


# The audit log


def test_the_newest_entries_come_first(database: Database, people: SqlPeople, yamada: User, clock: FixedClock) -> None:
    log = SqlAudit(database)
    log.write(AuditEntry(clock.now(), "login.failed", target="yamada", detail="192.0.2.1"))
    people.audit(yamada, "hours.closed", "", "研修", clock.now())

    assert log.list(2) == (
        AuditEntry(clock.now(), "hours.closed", yamada.id, "yamada", "", "研修"),
        AuditEntry(clock.now(), "login.failed", None, "", "yamada", "192.0.2.1"),
    )
    assert len(log.list(1)) == 1
