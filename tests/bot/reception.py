"""A user at the reception, with a clock and a calendar, and experts who do as the test says."""

import datetime

import msgspec

from bot.calendar import TOKYO, BusinessCalendar
from bot.conversation import State, Turn, Utterance
from bot.decision import Decision
from bot.engine import Engine
from bot.handoff import SYSTEM, Actor, Handoff, Status, moved
from bot.reception import Desk, Standing

EXPERT = Actor("expert", "yamada")
LIMIT = "経営セーフティ共済ではいくらまで借りられますか"
MATTER = "事業承継について専門家に相談したいです。後継者がいません"


def tokyo(text: str) -> datetime.datetime:
    """A moment in Japan, e.g. "2026-11-20 10:00"."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


class Talk:
    """A conversation as the service carries it from turn to turn."""

    def __init__(self, engine: Engine, begins: str = "2026-11-20 10:00", channel: str = "web") -> None:
        self.calendar = BusinessCalendar()
        self.now = tokyo(begins)
        self.state = State()
        self.handoff: Handoff | None = None
        self.standing = Standing(place=2, minutes=15)
        self._engine = engine
        self._channel = channel
        self._receipts = 0

    def say(self, text: str, *, is_late: bool = False) -> Decision:
        return self._turn(Utterance(text, channel=self._channel), is_late=is_late)

    def tap(self, action: str) -> Decision:
        return self._turn(Utterance(self._engine.label(action), action, self._channel))

    def _turn(self, utterance: Utterance, *, is_late: bool = False) -> Decision:
        self.now += datetime.timedelta(seconds=20)
        self._receipts += 1
        desk = Desk(self.calendar, f"RECEIPT{self._receipts}", self.handoff, is_late)
        turn = self._engine.turn(self.state, utterance, self.now, desk)
        if turn.handoff and not turn.decision.text:
            turn = self._engine.told(turn, self.standing, self.calendar)
        self._keep(turn)
        return turn.decision

    def _keep(self, turn: Turn) -> None:
        # Both go through the database between turns.
        self.state = msgspec.json.decode(msgspec.json.encode(turn.state), type=State)
        if turn.handoff:
            self.handoff = msgspec.structs.replace(turn.handoff, id="1", moves=())

    @property
    def status(self) -> Status | None:
        return self.handoff.status if self.handoff else None

    @property
    def known(self) -> Handoff:
        """The handoff, which there must be."""
        assert self.handoff
        return self.handoff

    # What others do

    def later(self, **duration: float) -> None:
        self.now += datetime.timedelta(**duration)

    def assigned(self) -> None:
        self.handoff = moved(self.known, "assigned", "assigned", SYSTEM, self.now, expert="yamada")

    def joined(self) -> None:
        self.assigned()
        self.handoff = moved(self.known, "active", "accepted", EXPERT, self.now)

    def closed(self) -> None:
        """The expert ends it, and the user is asked how it was."""
        self.handoff = moved(self.known, "closed", "expert_closed", EXPERT, self.now, category="solved")
        self._keep(self._engine.closing(self.state, "handoff.ended"))


def values(decision: Decision) -> list[str]:
    """What can be tapped."""
    return [choice.value for choice in decision.choices]


def queued(engine: Engine, begins: str = "2026-11-20 10:00") -> Talk:
    """A talk whose user waits for an expert."""
    talk = Talk(engine, begins)
    talk.say(MATTER)
    talk.tap("connect")
    assert talk.known.owner in {"queue", "promise"}
    return talk


def with_expert(engine: Engine) -> Talk:
    """A talk that an expert has joined."""
    talk = queued(engine)
    talk.joined()
    return talk


def ended(engine: Engine) -> Talk:
    """A talk that an expert has just ended."""
    talk = with_expert(engine)
    talk.closed()
    return talk
