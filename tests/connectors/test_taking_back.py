"""A message that its user took back is nowhere any more: not in the talk, not in what experts are asked or keep."""

import datetime
import itertools

import pytest
import sqlalchemy as sa

from bot.conversation import Event, Unsent, Utterance
from bot.engine import Engine
from bot.ports import Arrival
from connectors.storage.cases import SqlCases
from connectors.storage.database import Database
from connectors.storage.schema import conversations, handoffs, inbox, labels, messages, outbox
from tests.connectors.office import Office
from tests.fakes import FixedClock, OfficeHours

SECRET = "取引先の甲社が\n「倒産」しそうなので専門家に相談したいです"
ADDED = "甲社の売掛金は300万円です"
TABLES = (conversations, handoffs, inbox, labels, messages, outbox)


class Friend:
    """Somebody who writes over LINE and takes messages back."""

    def __init__(self, office: Office, clock: FixedClock) -> None:
        self._office = office
        self._clock = clock
        self._numbers = itertools.count(1)

    @property
    def conversation(self) -> str:
        with self._office.database.read() as connection:
            return str(connection.scalar(sa.select(conversations.c.id)))

    def says(self, text: str = "", action: str = "") -> str:
        """Writes or taps; the channel's id of the message."""
        return self._arrives(Utterance(text or action, action, "line"), text or action)

    def takes_back(self, message: str) -> None:
        self._arrives(Unsent(message), "")

    def _arrives(self, event: Event, text: str) -> str:
        number = f"message-{next(self._numbers)}"
        now = self._clock.now()
        self._office.conversations.arrive(
            [Arrival("line", "U1", f"event-{number}", event, now, now, text, external_id=number)], now
        )
        self._clock.advance(seconds=1)
        self._office.answers()
        return number


@pytest.fixture
def office(database: Database, engine: Engine, clock: FixedClock) -> Office:
    return Office(database, engine, clock, OfficeHours())


@pytest.fixture
def friend(office: Office, clock: FixedClock) -> Friend:
    return Friend(office, clock)


def everything(database: Database) -> str:
    """All that the tables hold, as text."""
    with database.read() as connection:
        rows = [str(tuple(row)) for table in TABLES for row in connection.execute(sa.select(table))]
    return "\n".join(rows)


@pytest.mark.parametrize("yes", ["connect", ""])
def test_a_question_for_an_expert_is_erased_wherever_it_went(
    office: Office, friend: Friend, clock: FixedClock, yes: str
) -> None:
    asked = friend.says(SECRET)
    assert "甲社" in office.handoff(friend.conversation).question
    friend.says(action=yes) if yes else friend.says("お願いします")
    with SqlCases(office.database).open(office.number(friend.conversation)) as case:
        office.keeping.label(case, "safety-004", "yamada", clock.now())
    assert everything(office.database).count("甲社") > 5
    _deliver(office.database)

    friend.takes_back(asked)

    assert "甲社" not in everything(office.database)
    assert office.handoff(friend.conversation).status == "queued"
    assert office.heard(friend.conversation, "「(送信が取り消されました)」と、これまでの会話を専門家に共有します") == 1


def _deliver(database: Database) -> None:
    """What the deliverer leaves behind: the messages as they were sent."""
    same = sa.and_(messages.c.conversation_id == outbox.c.conversation_id, messages.c.seq == outbox.c.seq)
    payload = sa.select(messages.c.parts).where(same).scalar_subquery()
    with database.write() as connection:
        connection.execute(outbox.update().values(is_open=False, status="sent", payload=payload))


def test_what_was_added_can_be_taken_back_alone(office: Office, friend: Friend) -> None:
    friend.says(SECRET)
    added = friend.says(ADDED)
    assert ADDED in office.handoff(friend.conversation).question

    friend.takes_back(added)

    assert office.handoff(friend.conversation).question == SECRET
    assert ADDED not in everything(office.database)


def test_a_question_to_the_bot_is_not_passed_on_once_taken_back(office: Office, friend: Friend) -> None:
    asked = friend.says("経営セーフティ共済ではいくらまで借りられますか")
    friend.takes_back(asked)

    friend.says("人に相談したい")

    assert office.handoff(friend.conversation).question == ""


def test_a_comment_can_be_taken_back(office: Office, friend: Friend, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    friend.says(SECRET)
    friend.says(action="connect")
    office.acting.claim(yamada, office.number(friend.conversation))
    office.closes(yamada, friend.conversation)
    friend.says("5")
    said = friend.says("甲社の件は解決しました")
    assert office.handoff(friend.conversation).comment

    friend.takes_back(said)

    assert office.handoff(friend.conversation).comment == ""


def test_words_like_those_of_others_stay(office: Office, friend: Friend) -> None:
    friend.says("専門家に相談したいです。後継者がいません")
    yes = friend.says("はい")
    before = [message.text for message in office.messages(friend.conversation) if message.role == "bot"]

    friend.takes_back(yes)

    assert [message.text for message in office.messages(friend.conversation) if message.role == "bot"] == before
    assert office.handoff(friend.conversation).question == "専門家に相談したいです。後継者がいません"


def test_a_message_that_nobody_had_read_is_not_answered(office: Office, friend: Friend, clock: FixedClock) -> None:
    friend.says("こんにちは")
    now = clock.now()
    arrivals = [
        Arrival("line", "U1", "e1", Utterance(SECRET, channel="line"), now, now, SECRET, external_id="m1"),
        Arrival("line", "U1", "e2", Unsent("m1"), now - datetime.timedelta(seconds=1), now),
    ]
    office.conversations.arrive(arrivals, now)
    office.answers()

    assert "甲社" not in everything(office.database)
