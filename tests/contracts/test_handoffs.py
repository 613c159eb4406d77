"""What the store of handoffs promises, on SQLite and on PostgreSQL alike."""

import datetime
import random

import pytest
import sqlalchemy as sa
from msgspec import structs

from bot.handoff import IN_FRONT, NORMAL, PROMISED, SYSTEM, USER, Actor, Handoff, moved, offered
from bot.queueing import in_order
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.handoffs import keep, latest, new_receipt, order, place
from connectors.storage.handoffs import waiting as queue
from connectors.storage.schema import handoff_moves
from tests.fakes import FixedClock

FRIDAY, TUESDAY = datetime.date(2026, 11, 20), datetime.date(2026, 11, 24)
YAMADA = Actor("expert", "yamada")


@pytest.fixture
def conversations(database: Database) -> SqlConversations:
    return SqlConversations(database)


def asked(clock: FixedClock) -> Handoff:
    return offered(
        reason="asked",
        channel="web",
        speciality="zeimu",
        question="税金の相談",
        receipt=new_receipt(),
        actor=USER,
        at=clock.now(),
    )


def stored(database: Database, conversation: str, handoff: Handoff, clock: FixedClock) -> Handoff:
    with database.write() as connection:
        return keep(connection, conversation, handoff, clock.now())


def found(database: Database, conversation: str) -> Handoff:
    with database.read() as connection:
        return latest(connection, [conversation])[conversation]


def test_a_handoff_comes_back_as_stored_with_every_field(
    database: Database, conversations: SqlConversations, clock: FixedClock
) -> None:
    conversation, now = conversations.open("web", "hash", clock.now()), clock.now()
    handoff = moved(asked(clock), "promised", "confirmed", USER, now, promised_for=TUESDAY, due_on=TUESDAY)
    handoff = moved(handoff, "queued", "opened", SYSTEM, now, priority=IN_FRONT)
    handoff = moved(handoff, "assigned", "claimed", YAMADA, now, expert="yamada", note="私が受けます")
    handoff = moved(handoff, "active", "accepted", YAMADA, now, answered_at=now)
    handoff = moved(handoff, "closed", "expert_closed", YAMADA, now, category="solved", for_knowledge=True)
    handoff = moved(handoff, "rated", "rated", USER, now, rating=4, comment="助かりました")

    kept = stored(database, conversation, handoff, clock)

    assert kept == structs.replace(handoff, id=kept.id, moves=())
    assert found(database, conversation) == kept


def test_every_move_is_kept_once_with_its_note(
    database: Database, conversations: SqlConversations, clock: FixedClock
) -> None:
    conversation = conversations.open("web", "hash", clock.now())
    handoff = stored(database, conversation, asked(clock), clock)
    clock.advance(seconds=5)
    handoff = stored(database, conversation, moved(handoff, "queued", "confirmed", USER, clock.now()), clock)
    claimed = moved(handoff, "assigned", "claimed", YAMADA, clock.now(), expert="yamada", note="私が受けます")
    stored(database, conversation, structs.replace(claimed, speciality="homu"), clock)

    with database.read() as connection:
        rows = connection.execute(sa.select(handoff_moves).order_by(handoff_moves.c.id)).all()

    assert [(row.before, row.after, row.reason, row.actor_kind, row.actor, row.note) for row in rows] == [
        (None, "offered", "asked", "user", "", ""),
        ("offered", "queued", "confirmed", "user", "", ""),
        ("queued", "assigned", "claimed", "expert", "yamada", "私が受けます"),
    ]
    assert rows[2].at == clock.now()


def test_a_conversation_has_one_open_handoff_and_the_last_one_counts(
    database: Database, conversations: SqlConversations, clock: FixedClock
) -> None:
    conversation = conversations.open("web", "hash", clock.now())
    first = stored(database, conversation, asked(clock), clock)

    with pytest.raises(sa.exc.IntegrityError):
        stored(database, conversation, asked(clock), clock)
    stored(database, conversation, moved(first, "cancelled", "declined", USER, clock.now()), clock)
    second = stored(database, conversation, asked(clock), clock)

    assert found(database, conversation) == second


def test_a_receipt_belongs_to_one_handoff(
    database: Database, conversations: SqlConversations, clock: FixedClock
) -> None:
    handoff = asked(clock)
    stored(database, conversations.open("web", "hash", clock.now()), handoff, clock)

    with pytest.raises(sa.exc.IntegrityError):
        stored(database, conversations.open("web", "hash", clock.now()), handoff, clock)


@pytest.mark.parametrize("seed", range(3))
def test_the_places_that_are_told_are_those_of_the_rules(
    database: Database, conversations: SqlConversations, clock: FixedClock, seed: int
) -> None:
    chance = random.Random(seed)
    waiting, promised = list[Handoff](), list[Handoff]()
    for _ in range(25):
        clock.advance(seconds=chance.choice([0, 0, 7]))
        conversation, now = conversations.open("web", "hash", clock.now()), clock.now()
        priority = chance.choice([NORMAL, PROMISED, IN_FRONT])
        if chance.random() < 0.6:
            one = moved(asked(clock), "queued", "confirmed", USER, now, priority=priority)
            waiting.append(stored(database, conversation, one, clock))
        else:
            one = moved(asked(clock), "promised", "confirmed", USER, now, priority=priority, promised_for=TUESDAY)
            promised.append(stored(database, conversation, one, clock))
    overdue = moved(asked(clock), "promised", "confirmed", USER, clock.now(), priority=IN_FRONT, promised_for=FRIDAY)
    promised.append(stored(database, conversations.open("web", "hash", clock.now()), overdue, clock))

    with database.read() as connection:
        assert [one.number for one in queue(connection)] == [int(one.id) for one in in_order(waiting)]
        ordered = [int(one.id) for one in in_order(waiting)]
        assert list(order(connection)) == ordered
        assert [place(connection, one) for one in in_order(waiting)] == list(range(1, len(waiting) + 1))
        others = [one for one in in_order(promised) if one.promised_for == TUESDAY]
        ranks = {one.id: rank for rank, one in enumerate(in_order(promised), 1)}
        assert [place(connection, one) for one in others] == [ranks[one.id] for one in others]
