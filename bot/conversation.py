"""What goes in and out of the engine: the utterance, the state kept between turns, and the turn."""

import datetime

from msgspec import Struct

from bot.decision import Decision
from bot.replies import Reply


class Utterance(Struct, frozen=True):
    """What the user sent: `text`, or the `action` string of something tapped (then `text` is its label)."""

    text: str
    action: str = ""
    channel: str = "web"


class Offer(Struct, frozen=True):
    """An entry that was offered under a number, with the words it was offered in."""

    entry_id: str
    label: str


class State(Struct, frozen=True):
    """All that the bot remembers of a conversation. Every field has a default, so that old states stay readable.

    `awaiting` names what was asked for last ("prefecture", or nothing); `institution` whose desk it is for;
    `misses` counts turns in a row without help; `at` is when the last turn ended (ISO 8601).
    """

    offered: tuple[Offer, ...] = ()
    awaiting: str = ""
    institution: str = ""
    prefecture: str = ""
    misses: int = 0
    entry_id: str = ""
    at: str = ""

    def last_turn(self) -> datetime.datetime | None:
        """When the last turn ended; None before the first."""
        return datetime.datetime.fromisoformat(self.at) if self.at else None


class Turn(Struct, frozen=True):
    """The outcome of one utterance: the state after it, the decision, and the decision put into messages."""

    state: State
    decision: Decision
    reply: Reply
