"""The way to a person and back: offers, takes up, promises, passes on and ends. Pure."""

import msgspec
from msgspec import Struct

from bot.calendar import BusinessCalendar
from bot.conversation import State
from bot.decision import Action, Choice, Decision
from bot.handoff import BOT, PROMISED, USER, Handoff, Reason, moved, offered
from bot.rating import Rating
from bot.request import Received, Request
from bot.specialities import GENERAL
from bot.states import awaiting, calm
from bot.texts import Texts
from intents.model import IntentName

DAYS_TO_KEEP = 3  # business days in which a promise is kept, the promised one included
LONGEST_QUESTION = 300  # characters
TELLING = 18  # characters from which a wish for a person says more than the wish
_EXPERT = "senmonka"  # the concept of what is wished for, which says nothing of the matter
_NOT_A_QUESTION: tuple[IntentName, ...] = (
    "thanks", "goodbye", "greeting", "capability", "none_of_these", "solved", "unsolved", "wants_person", "place",
)  # fmt: skip


class Desk(Struct, frozen=True):
    """What the reception knows of the world outside: the hours, and how this conversation stands with people.

    `handoff` is the latest one of the conversation, `receipt` an unused code for the next. `is_late` means that the
    utterance was written before the handoff ended, and is read after.
    """

    calendar: BusinessCalendar
    receipt: str
    handoff: Handoff | None = None
    is_late: bool = False


class Standing(Struct, frozen=True):
    """Where a handoff stands once it is stored: the place from 1 (0: none), about how long it takes (None: unknown)."""

    place: int = 0
    minutes: int | None = None


class Reception:
    """Answers whatever is between the user and people; None where the bot goes on as usual."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._rating = Rating(texts)

    def respond(self, request: Request, desk: Desk) -> Received | None:
        """The answer to an utterance where people are concerned."""
        handoff = desk.handoff
        if handoff is None:
            return None
        match handoff.status:
            case "offered":
                return self._offered(request, desk, handoff)
            case "queued" | "promised":
                return self._waiting(request, handoff)
            case "assigned" | "active":
                return self._with_expert(request, handoff)
            case "closed" | "rated":
                return self._rating.received(request, handoff)
        return None

    def offer(self, request: Request, desk: Desk, *, asked: bool) -> Received:
        """Offers a person, because the user asked for one or nothing else helped."""
        handoff = desk.handoff
        if handoff is not None and handoff.status in {"queued", "promised"}:
            return self._told_again(request.state, handoff)
        question = (asked and _own_words(request)) or request.state.asked
        if handoff is None or handoff.status != "offered":
            reason: Reason = "asked" if asked else "misses"
            handoff = offered(
                reason=reason,
                channel=request.utterance.channel,
                speciality=GENERAL,
                question=question,
                receipt=desk.receipt,
                actor=USER if asked else BOT,
                at=request.now,
            )
        else:
            handoff = msgspec.structs.replace(handoff, question=question or handoff.question)
        adds = asked or not handoff.question
        decision = self._offer_in_hours(handoff, desk, request, adds) or self._offer_of_promise(
            handoff, desk, request, adds
        )
        return awaiting(request.state, "handoff" if adds else "offer"), decision, handoff

    def closing(self, state: State, text: str) -> tuple[State, Decision]:
        """The end of a consultation: says so, and asks how it was."""
        return self._rating.ask(state, text)

    def told(
        self, decision: Decision, handoff: Handoff | None, standing: Standing, calendar: BusinessCalendar
    ) -> Decision:
        """The decision with the words for the place in the queue, or for the promise and its receipt."""
        if handoff is None or handoff.promised_for is None or handoff.status == "queued":
            key = "queued.estimate" if standing.minutes else "queued.place"
            text = self._texts.say(key, place=standing.place, minutes=standing.minutes)
        else:
            day = calendar.say_day(handoff.promised_for)
            key = f"offline.promised_{handoff.contact}"
            text = self._texts.say(key, day=day, place=standing.place, receipt=handoff.receipt)
        return msgspec.structs.replace(decision, text=text, choices=(self._choice("cancel-handoff"),))

    # Offers

    def _offer_in_hours(self, handoff: Handoff, desk: Desk, request: Request, adds: bool) -> Decision | None:
        if not desk.calendar.is_open(request.now):
            return None
        key = "handoff.confirm" if handoff.question else "handoff.confirm_asking"
        text = self._introduced(key, handoff, adds, question=handoff.question)
        if desk.calendar.is_last_call(request.now):
            text += "\n" + self._texts.say("handoff.last_call", closes=desk.calendar.say_closing(request.now))
        return Decision(action="handoff", text=text, choices=self._yes_or_no("connect", handoff))

    def _offer_of_promise(self, handoff: Handoff, desk: Desk, request: Request, adds: bool) -> Decision:
        opening = desk.calendar.next_opening(request.now)
        if opening is None:
            text = self._texts.say("handoff.closed_for_long")
            return Decision(action="offline_form", text=text, choices=(self._choice("cancel-handoff"),))
        values = {"hours": desk.calendar.words, "opening": desk.calendar.say(opening), "question": handoff.question}
        key = "offline.confirm" if handoff.question else "offline.ask_question"
        text = self._texts.say("offline.closed", **values) + "\n" + self._introduced(key, handoff, adds, **values)
        return Decision(action="offline_form", text=text, choices=self._yes_or_no("promise", handoff))

    def _introduced(self, key: str, handoff: Handoff, adds: bool, **values: object) -> str:
        """The offer, after an apology where nothing helped; `adds`: what the user writes now is added to it."""
        sorry = (self._texts.say("handoff.sorry"),) if handoff.reason == "misses" else ()
        more = (self._texts.say("handoff.add"),) if adds and handoff.question else ()
        return "\n".join((*sorry, self._texts.say(key, **values), *more))

    def _offered(self, request: Request, desk: Desk, handoff: Handoff) -> Received | None:
        if request.taps("cancel-handoff", "end") or request.means("no", "leave", "end"):
            gone = moved(handoff, "cancelled", "declined", USER, request.now)
            return calm(request.state), self._say("smalltalk", "handoff.declined"), gone
        # A "yes" counts while the offer is the last thing that was asked.
        is_asked = request.state.awaiting in {"handoff", "offer"}
        if request.taps("connect", "promise") or (is_asked and request.means("yes", "wants_person")):
            question = _added(handoff.question, _own_words(request)) or request.state.asked
        elif request.state.awaiting == "handoff" and request.has_words and not request.means(*_NOT_A_QUESTION):
            question = _added(handoff.question, request.utterance.text)
        else:
            return None
        return self._joined(request, desk, msgspec.structs.replace(handoff, question=question))

    def _joined(self, request: Request, desk: Desk, handoff: Handoff) -> Received:
        """Into the queue; out of hours a promise. What there is to say of the place is told once it is known."""
        state, is_open = calm(request.state), desk.calendar.is_open(request.now)
        if not handoff.question and is_open and request.taps("connect"):
            # Who insists is not asked again: the expert can ask.
            handoff = msgspec.structs.replace(handoff, question=self._texts.say("handoff.unsaid"))
        if not handoff.question:
            text = self._texts.say("handoff.confirm_asking" if is_open else "offline.ask_question")
            decision = Decision(action="handoff", text=text, choices=self._yes_or_no("connect", handoff))
            return awaiting(state, "handoff"), decision, handoff
        handoff = msgspec.structs.replace(handoff, speciality=request.field(handoff.question))
        if is_open:
            return state, Decision(action="queued", text=""), moved(handoff, "queued", "confirmed", USER, request.now)
        opening = desk.calendar.next_opening(request.now)
        if opening is None:
            gone = moved(handoff, "cancelled", "declined", USER, request.now)
            return state, self._say("offline_form", "handoff.closed_for_long"), gone
        day = desk.calendar.day(opening)
        promise = {
            "priority": PROMISED,
            "promised_for": day,
            "due_on": desk.calendar.add_business_days(day, DAYS_TO_KEEP - 1),
            "contact": "line" if handoff.channel == "line" else "code",
        }
        promised = moved(handoff, "promised", "confirmed", USER, request.now, **promise)
        return state, Decision(action="offline_form", text=""), promised

    # While waiting, and with the expert

    def _waiting(self, request: Request, handoff: Handoff) -> Received | None:
        # 「終わり」 ends the wait at the desk; who was promised an answer for another day says no more than goodbye.
        ends = handoff.status == "queued" and request.means("end")
        if request.taps("cancel-handoff", "end") or request.means("leave") or ends:
            gone = moved(handoff, "cancelled", "user_left", USER, request.now)
            return calm(request.state), self._say("smalltalk", "handoff.left"), gone
        if request.taps("connect", "promise", "person") or request.means("place", "wants_person", "yes"):
            return self._told_again(request.state, handoff)
        return None

    def _told_again(self, state: State, handoff: Handoff) -> Received:
        action: Action = "queued" if handoff.status == "queued" else "offline_form"
        return state, Decision(action=action, text=""), handoff

    def _with_expert(self, request: Request, handoff: Handoff) -> Received:
        ends = request.taps("end") or request.means("end")
        if not handoff.has_met:  # the user knows nothing of the expert yet: to them it is waiting
            ends = ends or request.taps("cancel-handoff") or request.means("leave")
        if not ends:
            return request.state, Decision(action="relayed", text=""), None
        ended = moved(handoff, "closed", "user_ended", USER, request.now)
        if not handoff.has_met:
            return calm(request.state), self._say("closed", "handoff.left"), ended
        return *self.closing(request.state, self._texts.say("handoff.ended")), ended

    # Small pieces

    def _yes_or_no(self, yes: str, handoff: Handoff) -> tuple[Choice, ...]:
        """Yes is there to be tapped once the question is known."""
        return (*((self._choice(yes),) if handoff.question else ()), self._choice("cancel-handoff"))

    def _choice(self, name: str) -> Choice:
        return Choice(self._texts.say(f"button.{name}"), name)

    def _say(self, action: Action, key: str) -> Decision:
        return Decision(action=action, text=self._texts.say(key))


def _own_words(request: Request) -> str:
    """The words of a wish for a person where they say more than the wish; else nothing."""
    words = request.utterance.text.strip() if request.tap is None else ""
    says_more = len(words) > TELLING or any(subject != _EXPERT for subject in request.subjects)
    return words[:LONGEST_QUESTION] if says_more else ""


def _added(question: str, words: str) -> str:
    return f"{question}\n{words}".strip()[:LONGEST_QUESTION]
