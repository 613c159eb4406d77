"""What every store of conversations promises, on SQLite and on PostgreSQL alike."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.conversation import Offer, State, Turn, Utterance
from bot.decision import Decision
from bot.ports import ConversationNotFoundError, Incoming
from bot.replies import Reply, TextPart
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from connectors.storage.outbox import SqlOutbox
from tests.fakes import FixedClock


@pytest.fixture
def conversations(database: Database) -> SqlConversations:
    return SqlConversations(database)


@pytest.fixture
def conversation(conversations: SqlConversations, clock: FixedClock) -> str:
    return conversations.open("web", "hash", clock.now())


def said(conversation: str, event: str, text: str = "共済") -> Incoming:
    return Incoming(conversation, event, Utterance(text))


def turn(text: str, state: State | None = None) -> Turn:
    return Turn(state or State(), Decision(action="answer", text=text), Reply((TextPart(text),)))


def answer_all(conversations: SqlConversations, clock: FixedClock) -> list[str]:
    """Answers everything that waits with "re: ...", and returns what was answered in order."""
    answered: list[str] = []
    while True:
        with conversations.take(3) as works:
            if not works:
                return answered
            for work in works:
                assert isinstance(work.event, Utterance)
                answered.append(work.event.text)
                work.complete(turn(f"re: {work.event.text}"), clock.now())


def texts(conversations: SqlConversations, conversation: str) -> list[tuple[int, str, str]]:
    return [(m.seq, m.role, m.text) for m in conversations.messages(conversation, 0)]


def test_what_was_received_stands_in_the_conversation(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    receipt = conversations.receive(said(conversation, "e1"), clock.now())

    assert (receipt.duplicate, receipt.message.seq, receipt.message.client_id) == (False, 1, "e1")
    assert texts(conversations, conversation) == [(1, "user", "共済")]
    assert conversations.messages(conversation, 0)[0].at == clock.now()


def test_the_same_event_twice_is_stored_once(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    first = conversations.receive(said(conversation, "e1"), clock.now())
    again = conversations.receive(said(conversation, "e1", "something else"), clock.now())

    assert again.duplicate
    assert again.message == first.message
    assert len(conversations.messages(conversation, 0)) == 1


def test_the_same_event_id_in_another_conversation_is_another_event(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    other = conversations.open("web", "hash", clock.now())

    conversations.receive(said(conversation, "e1"), clock.now())

    assert not conversations.receive(said(other, "e1"), clock.now()).duplicate


def test_twenty_copies_at_once_are_stored_once(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    with ThreadPoolExecutor(20) as pool:
        receipts = list(pool.map(lambda _: conversations.receive(said(conversation, "e1"), clock.now()), range(20)))

    assert sum(not receipt.duplicate for receipt in receipts) == 1
    assert answer_all(conversations, clock) == ["共済"]
    assert texts(conversations, conversation) == [(1, "user", "共済"), (2, "bot", "re: 共済")]


def test_an_unknown_conversation_takes_nothing(conversations: SqlConversations, clock: FixedClock) -> None:
    with pytest.raises(ConversationNotFoundError):
        conversations.receive(said("nobody", "e1"), clock.now())

    assert conversations.messages("nobody", 0) == ()
    assert conversations.token_hash("nobody") is None
    assert answer_all(conversations, clock) == []


def test_answers_come_in_the_order_in_which_was_asked(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    for number in range(5):
        conversations.receive(said(conversation, f"e{number}", f"質問{number}"), clock.now())

    assert answer_all(conversations, clock) == [f"質問{number}" for number in range(5)]
    assert [seq for seq, *_ in texts(conversations, conversation)] == list(range(1, 11))


def test_the_state_is_kept_between_turns(conversations: SqlConversations, conversation: str, clock: FixedClock) -> None:
    state = State(prefecture="神奈川県", offered=(Offer("safety-001", "共済とは"),), misses=1)
    conversations.receive(said(conversation, "e1"), clock.now())
    with conversations.take(1) as (work,):
        work.complete(turn("はい", state), clock.now())

    conversations.receive(said(conversation, "e2"), clock.now())

    with conversations.take(1) as (work,):
        assert work.state == state


def test_a_turn_that_breaks_leaves_no_trace_and_is_taken_up_again(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    conversations.receive(said(conversation, "e1"), clock.now())

    def broken() -> None:
        with conversations.take(1) as (work,):
            work.complete(turn("lost"), clock.now())
            raise RuntimeError("crash before the commit")

    with pytest.raises(RuntimeError):
        broken()

    assert texts(conversations, conversation) == [(1, "user", "共済")]
    assert answer_all(conversations, clock) == ["共済"]


def test_two_workers_never_answer_one_conversation_at_once(
    conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    for number in range(30):
        conversations.receive(said(conversation, f"e{number}", str(number)), clock.now())

    with ThreadPoolExecutor(4) as pool:
        answered = [text for part in pool.map(lambda _: answer_all(conversations, clock), range(4)) for text in part]
    answered += answer_all(conversations, clock)

    stored = texts(conversations, conversation)
    replies = [text for _, role, text in stored if role == "bot"]
    assert sorted(answered, key=int) == [str(number) for number in range(30)]
    assert replies == [f"re: {number}" for number in range(30)]


def test_many_conversations_are_answered_by_many_workers(conversations: SqlConversations, clock: FixedClock) -> None:
    opened = [conversations.open("web", "hash", clock.now()) for _ in range(20)]
    for number, conversation in enumerate(opened):
        conversations.receive(said(conversation, "e", f"質問{number}"), clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: answer_all(conversations, clock), range(4)))
    answer_all(conversations, clock)

    for number, conversation in enumerate(opened):
        assert texts(conversations, conversation) == [(1, "user", f"質問{number}"), (2, "bot", f"re: 質問{number}")]


def test_a_turn_and_its_delivery_are_stored_together(
    database: Database, conversations: SqlConversations, conversation: str, clock: FixedClock
) -> None:
    outbox = SqlOutbox(database)
    conversations.receive(said(conversation, "e1"), clock.now())
    answer_all(conversations, clock)

    (delivery,) = outbox.due(clock.now())
    outbox.mark_sent((delivery,), clock.now())

    assert (delivery.conversation_id, delivery.channel, delivery.seq) == (conversation, "web", 2)
    assert outbox.due(clock.now()) == ()


def test_migrating_twice_and_at_once_changes_nothing_more(database: Database) -> None:
    failures = []

    def again(run: Callable[[Database], None]) -> None:
        try:
            run(database)
        except Exception as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=again, args=(migrate,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
