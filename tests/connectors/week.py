"""A week of a whole service over one database: owners who write at any hour, experts who keep office hours and fall ill.

Everything happens by the fake clock and by one seed, so that a week that went wrong can be looked at again.
"""

import datetime
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bot.calendar import TOKYO, BusinessCalendar
from bot.conversation import Turn
from bot.engine import Engine
from bot.handoff import Handoff
from connectors.people.model import User
from connectors.storage.closures import SqlCalendar
from connectors.storage.database import Database
from connectors.storage.handoffs import as_handoff
from connectors.storage.migrating import migrate
from connectors.storage.schema import handoffs
from tests.connectors.office import MATTER, Office
from tests.fakes import FixedClock

BEGINS = datetime.datetime(2026, 11, 20, 16, 0, tzinfo=TOKYO)  # a Friday; the Monday after it is a holiday
MINUTE, NIGHT_STEP = datetime.timedelta(minutes=1), datetime.timedelta(minutes=30)
WEEK = datetime.timedelta(days=7)
EXPERTS = (("yamada", "shikin"), ("sato", "zeimu"), ("suzuki", "shokei"), ("kato", ""))
ILL = 0.15  # of the days of an expert
VANISHES = 0.004  # of the minutes of an expert who has chats
WANTS_EXPERT, LEAVES, ASKS_MEANWHILE, ENDS, SILENT, TWICE = 0.3, 0.1, 0.3, 0.1, 0.05, 0.05
CRASHES = 0.003  # of the turns
REPLIES = 0.4  # of the minutes with something to reply to


class Crash(BaseException):
    """The process is gone, in the middle of a turn."""


class CrashingEngine:
    """The engine in a process that may die after any decision, before it is stored."""

    def __init__(self, engine: Engine, chance: random.Random) -> None:
        self._engine = engine
        self._chance = chance

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def turn(self, *values: object) -> Turn:
        turn = self._engine.turn(*values)  # type: ignore[arg-type]
        if self._chance.random() < CRASHES:
            raise Crash
        return turn


@dataclass
class Chat:
    """A conversation with an expert, as the user lives it."""

    unanswered: bool = False
    replies: int = 0
    is_silent: bool = False


@dataclass
class Week:
    """Call `runs`, then look at what is left in the database and in `asked`, `relayed`, `crashes`."""

    engine: Engine
    path: Path
    questions: Sequence[str]
    users: int
    seed: int = 2026
    clock: FixedClock = field(default_factory=lambda: FixedClock(BEGINS))
    asked: Counter[str] = field(default_factory=Counter)  # utterances by conversation
    relayed: Counter[str] = field(default_factory=Counter)  # those that went to an expert
    answered: Counter[str] = field(default_factory=Counter)  # those that the bot answered at once
    spoken: Counter[str] = field(default_factory=Counter)  # messages of the bot
    crashes: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._engine = CrashingEngine(self.engine, self.chance)
        self._order = itertools.count()
        self._plans: list[tuple[datetime.datetime, int, Callable[[], None]]] = []
        self._chats: dict[str, Chat] = {}
        self._until: dict[str, datetime.datetime] = {}  # experts who vanished, and when they are back
        self._ill: dict[tuple[str, datetime.date], bool] = {}
        self._start()
        self.experts = [self.office.hires(name, *filter(None, [field]), here=False) for name, field in EXPERTS]

    def runs(self) -> None:
        """The whole week, and the next morning until nobody waits."""
        for _ in range(self.users):
            self._plan(self.chance.uniform(0, WEEK.total_seconds() - 3600), self._arrives)
        while self.clock.now() < BEGINS + WEEK or self._plans:
            self._step()
        for _ in range(90):
            self._step()

    # The process

    def _start(self) -> None:
        self.database = Database(f"sqlite:///{self.path}")
        # What is tested is what a process leaves behind, not what a disk does.
        sa.event.listen(
            self.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
        )
        migrate(self.database)
        hours = SqlCalendar(self.database, BusinessCalendar().week)
        self.office = Office(self.database, self._engine, self.clock, hours)  # type: ignore[arg-type]

    def _survives(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Crash:
            self.crashes += 1
            self.database.close()
            self._start()
            self._survives(self.office.answers)

    # Users

    def _plan(self, seconds: float, act: Callable[[], None]) -> None:
        at = self.clock.now() + datetime.timedelta(seconds=seconds)
        heapq.heappush(self._plans, (at, next(self._order), act))

    def _says(self, conversation: str, text: str = "", action: str = "") -> None:
        event = f"event-of-the-week-{next(self._order)}"
        by_expert = conversation in self._chats
        for _ in range(2 if self.chance.random() < TWICE else 1):
            self.office.receives(conversation, text, action, event)
        self._survives(self.office.answers)
        spoken = self._bots(conversation) - self.spoken[conversation]
        assert spoken <= 1, f"{conversation} was answered {spoken} times"
        assert spoken or by_expert, f"{conversation} was not answered: {text or action}"
        self.spoken[conversation] += spoken
        self.asked[conversation] += 1
        self.answered[conversation] += spoken
        self.relayed[conversation] += not spoken

    def _bots(self, conversation: str) -> int:
        return sum(message.role == "bot" for message in self.office.messages(conversation))

    def _arrives(self) -> None:
        conversation = self.office.visitor()
        if self.chance.random() > WANTS_EXPERT:
            self._says(conversation, self.chance.choice(self.questions))
            return
        self._says(conversation, MATTER)
        self._plan(self.chance.uniform(10, 200), lambda: self._confirms(conversation))

    def _confirms(self, conversation: str) -> None:
        self._says(conversation, action="connect")
        if self.chance.random() < ASKS_MEANWHILE:
            self._plan(self.chance.uniform(60, 3600), lambda: self._asks_meanwhile(conversation))
        if self.chance.random() < LEAVES:
            self._plan(self.chance.uniform(300, 7200), lambda: self._leaves(conversation))

    def _asks_meanwhile(self, conversation: str) -> None:
        self._says(conversation, self.chance.choice(self.questions))
        if chat := self._chats.get(conversation):
            chat.unanswered = True

    def _leaves(self, conversation: str) -> None:
        if self.office.handoff(conversation).owner in {"queue", "promise"}:
            self._says(conversation, action="cancel-handoff")

    def _writes_on(self, conversation: str, chat: Chat) -> None:
        if self.chance.random() < ENDS:
            self._says(conversation, action="end")
            self._chats.pop(conversation, None)
            self._plan(60, lambda: self._says(conversation, action=f"rate:{self.chance.randint(1, 5)}"))
            return
        self._says(conversation, "ありがとうございます。もう少し教えてください")
        chat.unanswered = True

    # Experts

    def _step(self) -> None:
        now = self.clock.now()
        is_busy = BusinessCalendar().is_open(now) or self._chats
        step = MINUTE if is_busy else min(NIGHT_STEP, (self._opening() or now + NIGHT_STEP) - now)
        until = now + step
        while self._plans and self._plans[0][0] <= until:
            at, _, act = heapq.heappop(self._plans)
            self.clock.moment = max(at, self.clock.now())
            act()
        self.clock.moment = until
        here = [user for user in self.experts if self._is_here(user)]
        self.office.sees(here)
        self.office.sweeper.sweep()
        held = self._held()
        for gone in set(self._chats) - {conversation for conversation, _ in held}:
            del self._chats[gone]  # ended, or without its expert
        for user in here:
            for conversation, handoff in held:
                if handoff.expert == user.id:
                    self._works(user, conversation, handoff)

    def _opening(self) -> datetime.datetime | None:
        return BusinessCalendar().next_opening(self.clock.now())

    def _is_here(self, user: User) -> bool:
        now = self.clock.now()
        if not (BusinessCalendar().is_open(now) or self._chats):
            return False
        ill = self._ill.setdefault((user.id, BusinessCalendar.day(now)), self.chance.random() < ILL)
        if not ill and self._chats and self.chance.random() < VANISHES:
            self._until[user.id] = now + datetime.timedelta(hours=1)
        return not ill and self._until.get(user.id, now) <= now

    def _held(self) -> list[tuple[str, Handoff]]:
        query = sa.select(handoffs).where(handoffs.c.is_open, handoffs.c.status.in_(("assigned", "active")))
        with self.database.read() as connection:
            return [(row.conversation_id, as_handoff(row)) for row in connection.execute(query)]

    def _works(self, user: User, conversation: str, handoff: Handoff) -> None:
        if handoff.status == "assigned":
            self.office.acting.claim(user, int(handoff.id))
            self._chats[conversation] = Chat(unanswered=True, is_silent=self.chance.random() < SILENT)
            return
        chat = self._chats.setdefault(conversation, Chat(unanswered=True))
        if chat.unanswered and self.chance.random() < REPLIES:
            self.office.replies(user, conversation)
            chat.unanswered, chat.replies = False, chat.replies + 1
        elif chat.replies >= 2 and not chat.is_silent:
            self.office.closes(user, conversation)
            self._chats.pop(conversation)
            if self.chance.random() < 0.5:
                self._plan(90, lambda: self._says(conversation, action="rate:5"))
        elif not chat.unanswered and not chat.is_silent and self.chance.random() < 0.5:
            self._writes_on(conversation, chat)
