"""The hand-over over a real database without HTTP: users who write, a bot that answers, experts who act, time that goes."""

import datetime
import itertools
from collections.abc import Iterable

import sqlalchemy as sa

from bot.conversation import Utterance
from bot.engine import Engine
from bot.handoff import Handoff
from bot.ports import Clock, Hours, Message
from bot.service import Service
from connectors.console.acting import Acting, Words
from connectors.people.model import Role, User
from connectors.storage.cases import SqlCases
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.handoffs import as_handoff, new_receipt
from connectors.storage.keeping import Keeping
from connectors.storage.people import SqlPeople
from connectors.storage.schema import handoffs, users
from connectors.sweeping import Sweeper
from tests.fakes import FixedClock

MATTER = "事業承継について専門家に相談したいです。後継者がいません"
STEP = 60  # seconds between two sweeps, and between two signs of an expert, at most
_numbers = itertools.count(1)


class Office:
    """Everything that a server builds for the hand-over, over one database."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, hours: Hours) -> None:
        self.database = database
        self.conversations = SqlConversations(database)
        self.people = SqlPeople(database)
        self.keeping = Keeping(database)
        self.woken: list[str] = []
        wake = self.woken.append
        self.service = Service(engine, self.conversations, clock, hours, new_receipt)
        self.sweeper = Sweeper(database, self.people, engine, hours, clock, wake)
        self.acting = Acting(SqlCases(database), self.keeping, self.people, engine, clock, wake)
        self._clock = clock

    # Users

    def visitor(self) -> str:
        """A new conversation."""
        return self.conversations.open("web", "hash", self._clock.now())

    def says(self, conversation: str, text: str = "", action: str = "") -> None:
        """A user writes or taps, and the bot does what it has to."""
        self.receives(conversation, text, action)
        self.answers()

    def receives(self, conversation: str, text: str = "", action: str = "", event: str = "") -> None:
        """A user writes or taps; nobody has looked yet."""
        self.service.receive(conversation, event or f"event-{next(_numbers)}", Utterance(text, action))

    def answers(self) -> None:
        """The bot deals with all that waits."""
        while self.service.process():
            pass

    def waiting(self, matter: str = MATTER) -> str:
        """A conversation whose user asked for an expert and said yes."""
        conversation = self.visitor()
        self.says(conversation, matter)
        self.says(conversation, action="connect")
        assert self.handoff(conversation).owner in {"queue", "promise"}
        return conversation

    def talking(self, user: User, text: str = "承知しました。") -> str:
        """A conversation that an expert has joined and written in."""
        conversation = self.waiting()
        self.acting.claim(user, self.number(conversation))
        self.replies(user, conversation, text)
        return conversation

    def messages(self, conversation: str) -> tuple[Message, ...]:
        return self.conversations.messages(conversation, 0)

    def heard(self, conversation: str, words: str) -> int:
        """In how many messages the user reads these words."""
        return sum(words in message.text for message in self.messages(conversation) if message.role != "user")

    # Handoffs

    def handoff(self, conversation: str) -> Handoff:
        """The latest one of a conversation."""
        query = sa.select(handoffs).where(handoffs.c.conversation_id == conversation).order_by(handoffs.c.id.desc())
        with self.database.read() as connection:
            row = connection.execute(query).first()
        assert row
        return as_handoff(row)

    def number(self, conversation: str) -> int:
        return int(self.handoff(conversation).id)

    # Experts

    def hires(self, name: str, *specialities: str, capacity: int = 3, role: Role = "expert", here: bool = True) -> User:
        """An expert, who is there unless told otherwise."""
        now = self._clock.now()
        made = User(
            id="",
            name=name,
            display_name=name,
            role=role,
            specialities=specialities,
            capacity=capacity,
            created_at=now,
        )
        user = self.people.create(made, "hash", by=None)
        if here:
            self.sees([user])
        return user

    def sees(self, here: Iterable[User]) -> None:
        """These experts are at their desks now."""
        theirs = users.c.id.in_([user.id for user in here])
        with self.database.write() as connection:
            connection.execute(users.update().where(theirs).values(seen_at=self._clock.now()))

    def replies(self, user: User, conversation: str, text: str = "承知しました。") -> Message:
        words = Words(f"reply-{next(_numbers)}", text)
        return self.acting.reply(user, self.number(conversation), words)[0]

    def closes(self, user: User, conversation: str) -> Handoff:
        return self.acting.close(user, self.number(conversation), "solved", for_knowledge=False, note="")

    # Time

    def passes(self, clock: FixedClock, here: Iterable[User] = (), **duration: float) -> None:
        """Time goes by, with those experts at their desks; what is due is done all along."""
        until = clock.now() + datetime.timedelta(**duration)
        while clock.now() < until:
            clock.advance(seconds=min(STEP, (until - clock.now()).total_seconds()))
            self.sees(here)
            self.sweeper.sweep()
