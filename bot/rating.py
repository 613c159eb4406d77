"""How a consultation was: asked when it ends, answered by a button, a number or in words. Pure."""

import datetime
import re

import msgspec

from bot.conversation import State
from bot.decision import Choice, Decision
from bot.handoff import BEST_RATING, USER, Handoff, moved
from bot.request import Received, Request
from bot.states import awaiting, calm
from bot.texts import Texts

RATED_WITHIN = datetime.timedelta(days=1)  # of the end of a consultation
LONGEST_COMMENT = 300  # characters
_NUMBER = re.compile(rf"([1-{BEST_RATING}])(?:点|番)?(?:です)?")
_ENDS = "。!. "
_ASKS = re.compile(r"[?か]$")
_LOOKS_BACK = re.compile(r"[ただ](?:です)?[ねよ]?$")  # 「わかりやすかったです」 is no question, whatever it speaks of


def may_be_rated(handoff: Handoff, now: datetime.datetime) -> bool:
    """Whether its user may say now how it was: once, and only where an expert came to them."""
    return handoff.status == "closed" and _is_fresh(handoff, now)


def _is_fresh(handoff: Handoff, now: datetime.datetime) -> bool:
    return handoff.has_met and handoff.closed_at is not None and now - handoff.closed_at <= RATED_WITHIN


class Rating:
    """Asks for a rating and a comment, and takes them; each once in a consultation."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def ask(self, state: State, text: str) -> tuple[State, Decision]:
        """The end of a consultation: `text` says so, then comes the question how it was."""
        choices = tuple(
            Choice(self._texts.say(f"rating.{number}"), f"rate:{number}") for number in range(BEST_RATING, 0, -1)
        )
        words = f"{text}\n{self._texts.say('rating.ask')}"
        return awaiting(calm(state), "rating"), Decision(action="closed", text=words, choices=choices)

    def received(self, request: Request, handoff: Handoff) -> Received | None:
        """What became of an utterance after the end of `handoff`; None where it is no rating and no comment."""
        if request.is_late or not _is_fresh(handoff, request.now):
            return None
        if may_be_rated(handoff, request.now) and (rating := self._number(request)):
            rated = moved(handoff, "rated", "rated", USER, request.now, rating=rating)
            choices = (Choice(self._texts.say("button.no-comment"), "no-comment"),)
            thanks = Decision(action="rated", text=self._texts.say("rating.thanks"), choices=choices)
            return awaiting(request.state, "comment"), thanks, rated
        if handoff.status == "rated" and request.state.awaiting == "comment":
            return self._commented(request, handoff)
        return None

    def _number(self, request: Request) -> int:
        """1 to 5; 0 where the utterance is no rating."""
        if tap := request.tap:
            is_rating = tap.kind == "rate" and re.fullmatch(rf"[1-{BEST_RATING}]", tap.target)
            return int(tap.target) if is_rating else 0
        if request.state.awaiting != "rating":
            return 0
        if number := _NUMBER.fullmatch(request.text.rstrip(_ENDS)):
            return int(number[1])
        words = {self._texts.say(f"rating.{number}"): number for number in range(1, BEST_RATING + 1)}
        return words.get(request.utterance.text.strip().rstrip(_ENDS), 0)

    def _commented(self, request: Request, handoff: Handoff) -> Received | None:
        """A comment is what follows the rating and asks nothing."""
        if request.taps("no-comment") or request.means("none_of_these", "no", "leave"):
            return self._done(request, None)
        if not request.means("question", "thanks", "solved", "unsolved"):
            return None
        if request.intent == "question" and _is_question(request):
            return None
        comment = request.utterance.text[:LONGEST_COMMENT]
        return self._done(request, msgspec.structs.replace(handoff, comment=comment))

    def _done(self, request: Request, handoff: Handoff | None) -> Received:
        return calm(request.state), Decision(action="rated", text=self._texts.say("rating.done")), handoff


def _is_question(request: Request) -> bool:
    text = request.text.rstrip(_ENDS)
    return bool(_ASKS.search(text)) or (not _LOOKS_BACK.search(text) and request.is_question())
