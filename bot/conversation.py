"""What goes in and out of the engine: the utterance, the state kept between turns, and the turn."""

import datetime

from msgspec import Struct

from bot.decision import Decision
from bot.handoff import Handoff
from bot.replies import Reply


class Utterance(Struct, frozen=True, tag="utterance"):
    """What the user sent: `text`, or the `action` string of something tapped (then `text` is its label)."""

    text: str
    action: str = ""
    channel: str = "web"


class Followed(Struct, frozen=True, tag="followed"):
    """The user added the account as a friend, or unblocked it."""


class Blocked(Struct, frozen=True, tag="blocked"):
    """The user blocked the account: nothing reaches them any more."""


class Unsent(Struct, frozen=True, tag="unsent"):
    """The user took back the message that the channel calls `external_id`."""

    external_id: str


class Joined(Struct, frozen=True, tag="joined"):
    """The account was taken into a group or room, where it does not consult."""


class Media(Struct, frozen=True, tag="media"):
    """Something that is not text; `kind` is "sticker", "image", … as the channel calls it."""

    kind: str


class Ignored(Struct, frozen=True, tag="ignored"):
    """Stored for the record and never answered; `why` says why."""

    why: str


Event = Utterance | Followed | Blocked | Unsent | Joined | Media | Ignored


class Offer(Struct, frozen=True):
    """An entry that was offered under a number, with the words it was offered in."""

    entry_id: str
    label: str


class State(Struct, frozen=True):
    """All that the bot remembers of a conversation. Every field has a default, so that old states stay readable.

    `awaiting` names what was asked for last ("prefecture", or nothing); `institution` whose desk it is for;
    `misses` counts turns in a row without help; `asked` is the last question in the user's words; `at` is when the
    last turn ended (ISO 8601).
    """

    offered: tuple[Offer, ...] = ()
    awaiting: str = ""
    institution: str = ""
    prefecture: str = ""
    misses: int = 0
    entry_id: str = ""
    asked: str = ""
    at: str = ""

    def last_turn(self) -> datetime.datetime | None:
        """When the last turn ended; None before the first."""
        return datetime.datetime.fromisoformat(self.at) if self.at else None


class Turn(Struct, frozen=True):
    """The outcome of one utterance: the state after it, the decision, and the decision put into messages.

    `handoff` is the conversation's handoff as it is now to be, where the turn changed it. A turn that says nothing
    (the words went to the expert) has a reply without parts.
    """

    state: State
    decision: Decision
    reply: Reply
    handoff: Handoff | None = None
