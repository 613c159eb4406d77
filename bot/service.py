"""The service: takes what was received, one utterance of a conversation at a time, and stores what the engine decided.

Talks to ports only. A crash before a turn is stored repeats the turn; after it, nothing repeats.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

import msgspec

from bot.conversation import Blocked, Followed, Ignored, Joined, Media, State, Turn, Unsent, Utterance
from bot.decision import Decision
from bot.engine import Engine
from bot.finding import Found
from bot.ports import Clock, Conversations, Hours, Incoming, Receipt, StorageUnavailableError, Work
from bot.reception import Desk
from bot.replies import Reply, TextPart

logger = logging.getLogger(__name__)

LONGEST_TEXT = 2_000  # characters of one utterance
MOST_AT_ONCE = 8  # events in one transaction: enough to share its cost, too few to keep others waiting


class TextTooLongError(ValueError):
    """An utterance longer than `LONGEST_TEXT`; nothing of it was stored."""


def nothing_found(_texts: Sequence[str], _next_texts: Sequence[str]) -> Mapping[str, Found]:
    """Leaves all looking to the turns."""
    return {}


class Service:
    """Answers conversations."""

    def __init__(
        self,
        engine: Engine,
        conversations: Conversations,
        clock: Clock,
        hours: Hours,
        new_receipt: Callable[[], str],
        *,
        look: Callable[[Sequence[str], Sequence[str]], Mapping[str, Found]] = nothing_found,
    ) -> None:
        """`new_receipt` makes codes with which users come back; they must not be guessable.

        `look` finds what answers texts while nobody waits for a transaction, and may begin with those that come next;
        turns look themselves for what it leaves.
        """
        self._engine = engine
        self._conversations = conversations
        self._clock = clock
        self._hours = hours
        self._new_receipt = new_receipt
        self._look = look

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

    def process(self, most: int = MOST_AT_ONCE) -> int:
        """Handles up to `most` waiting events, each of another conversation; returns how many.

        Raises:
            StorageUnavailableError: Nothing of it could be stored; the events wait on.
        """
        texts = self._conversations.upcoming(2 * most)
        found = self._look(texts[:most], texts[most:])
        with self._conversations.take(most) as works:
            for work in works:
                self._process(work, found)
            return len(works)

    def _process(self, work: Work, found: Mapping[str, Found]) -> None:
        started = time.perf_counter()
        try:
            turn = self._handle(work, found)
        except StorageUnavailableError:
            raise
        except Exception:
            # The one broad catch: a user must never be left without a word because of a fault of ours.
            logger.exception("event of conversation %s failed", work.conversation_id)
            turn = self._apology(work.state)
        now = self._clock.now()
        if turn is None:
            work.finish(now)
            return
        if not turn.reply.parts:
            work.relay(turn.state, now)
            return
        elapsed = round((time.perf_counter() - started) * 1000, 3)
        turn = msgspec.structs.replace(turn, decision=msgspec.structs.replace(turn.decision, elapsed_ms=elapsed))
        work.complete(turn, now, leaves=isinstance(work.event, Joined))

    def _handle(self, work: Work, found: Mapping[str, Found]) -> Turn | None:
        """What an event leads to; None where nothing is answered."""
        match work.event:
            case Utterance() as utterance:
                return self._answer(work, utterance, found.get(utterance.text))
            case Followed() | Media() if work.handoff and work.handoff.owner == "expert":
                return Turn(work.state, Decision(action="relayed", text=""), Reply(()))
            case Followed():
                return self._engine.greet(work.state)
            case Media(kind=kind):
                return self._engine.say(work.state, f"media.{'sticker' if kind == 'sticker' else 'other'}")
            case Joined():
                return self._engine.say(work.state, "group.leaving")
            case Blocked():
                work.cancel_deliveries(self._clock.now())
                return None
            case Unsent(external_id=external_id):
                work.erase(external_id, self._engine.texts.say("unsent.words"))
                return None
            case Ignored():
                return None
            case _ as unreachable:
                assert_never(unreachable)

    def _answer(self, work: Work, utterance: Utterance, found: Found | None) -> Turn:
        now, calendar = self._clock.now(), self._hours.load()
        ended = work.handoff.closed_at if work.handoff else None
        is_late = ended is not None and work.received_at < ended
        desk = Desk(calendar, self._new_receipt(), work.handoff, is_late)
        turn = self._engine.turn(work.state, utterance, now, desk, found)
        if turn.handoff is None:
            return turn
        standing = work.hand(turn.handoff, now)
        turn = msgspec.structs.replace(turn, handoff=work.handoff)
        return turn if turn.decision.text else self._engine.told(turn, standing, calendar)

    def _apology(self, state: State) -> Turn:
        text = self._engine.texts.say("error.turn_failed")
        decision = Decision(action="clarify", text=text, confidence=0.0)
        return Turn(state, decision, Reply((TextPart(text),)))
