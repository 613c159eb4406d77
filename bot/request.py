"""One utterance as those need it who stand between the user and people. Pure."""

import datetime
from collections.abc import Callable

from msgspec import Struct

from bot.actions import Tap
from bot.conversation import State, Utterance
from bot.decision import Decision
from bot.handoff import Handoff
from intents.model import IntentName


class Request(Struct, frozen=True):
    """An utterance, understood.

    `text` is in normal form, `subjects` are the concepts of our field in it. `is_question` tells whether the knowledge
    has something on it, `field` to which speciality a text belongs; both are asked only where it matters. `is_late`
    means: written before the talk with the expert ended, and read after.
    """

    state: State
    utterance: Utterance
    tap: Tap | None
    text: str
    intent: IntentName
    subjects: tuple[str, ...]
    is_question: Callable[[], bool]
    field: Callable[[str], str]
    is_late: bool
    now: datetime.datetime

    def taps(self, *kinds: str) -> bool:
        """Whether one of these was tapped."""
        return self.tap is not None and self.tap.kind in kinds

    def means(self, *intents: IntentName) -> bool:
        """Whether one of these was written."""
        return self.tap is None and self.intent in intents

    @property
    def has_words(self) -> bool:
        """Whether something was written that has a letter in it."""
        return self.tap is None and any(map(str.isalpha, self.text))


Received = tuple[State, Decision, Handoff | None]
