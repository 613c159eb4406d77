"""The service: takes what was received, one utterance of a conversation at a time, and stores what the engine decided.

Talks to ports only. A crash before a turn is stored repeats the turn; after it, nothing repeats.
"""

import logging
import time
from typing import assert_never

import msgspec

from bot.conversation import Blocked, Followed, Ignored, Joined, Media, State, Turn, Unsent, Utterance
from bot.decision import Decision
from bot.engine import Engine
from bot.ports import Clock, Conversations, Incoming, Receipt, Work
from bot.replies import Reply, TextPart

logger = logging.getLogger(__name__)

LONGEST_TEXT = 2_000  # characters of one utterance


class TextTooLongError(ValueError):
    """An utterance longer than `LONGEST_TEXT`; nothing of it was stored."""


class Service:
    """Answers conversations."""

    def __init__(self, engine: Engine, conversations: Conversations, clock: Clock) -> None:
        self._engine = engine
        self._conversations = conversations
        self._clock = clock

    def receive(self, conversation_id: str, event_id: str, utterance: Utterance) -> Receipt:
        """Writes down what a user sent; a tapped action gets its words.

        Raises:
            TextTooLongError: The text is over the limit.
            ConversationNotFoundError: There is no such conversation.
            StorageUnavailableError: It could not be written down.
        """
        if len(utterance.text) > LONGEST_TEXT:
            raise TextTooLongError
        if utterance.action:
            utterance = msgspec.structs.replace(utterance, text=self._engine.label(utterance.action))
        return self._conversations.receive(Incoming(conversation_id, event_id, utterance), self._clock.now())

    def process_next(self) -> bool:
        """Answers the next waiting utterance; False where nothing waits.

        Raises:
            StorageUnavailableError: The turn could not be stored; the utterance waits on.
        """
        with self._conversations.next_work() as work:
            if work is None:
                return False
            self._process(work)
        return True

    def _process(self, work: Work) -> None:
        now = self._clock.now()
        match work.event:
            case Utterance() as utterance:
                work.complete(self._turn(work, utterance), now)
            case Followed():
                work.complete(self._engine.greet(work.state), now)
            case Media(kind=kind):
                work.complete(self._engine.say(work.state, f"media.{'sticker' if kind == 'sticker' else 'other'}"), now)
            case Joined():
                work.complete(self._engine.say(work.state, "group.leaving"), now, leaves=True)
            case Blocked():
                work.cancel_deliveries(now)
                work.finish(now)
            case Unsent(external_id=external_id):
                work.erase(external_id, self._engine.texts.say("unsent.words"))
                work.finish(now)
            case Ignored():
                work.finish(now)
            case _ as unreachable:
                assert_never(unreachable)

    def _turn(self, work: Work, utterance: Utterance) -> Turn:
        started = time.perf_counter()
        try:
            turn = self._engine.turn(work.state, utterance, self._clock.now())
        except Exception:
            # The one broad catch: a user must never be left without a word because of a fault of ours.
            logger.exception("turn failed in conversation %s", work.conversation_id)
            turn = self._apology(work.state)
        elapsed = round((time.perf_counter() - started) * 1000, 3)
        return msgspec.structs.replace(turn, decision=msgspec.structs.replace(turn.decision, elapsed_ms=elapsed))

    def _apology(self, state: State) -> Turn:
        text = self._engine.texts.say("error.turn_failed")
        decision = Decision(action="clarify", text=text, confidence=0.0)
        return Turn(state, decision, Reply((TextPart(text),)))
