"""The engine: one utterance in, one decision and the next state out. Pure and deterministic."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import assert_never

import msgspec

from bot.actions import Tap, parse_action
from bot.calendar import BusinessCalendar
from bot.conversation import Offer, State, Turn, Utterance
from bot.decision import CandidateShown, Choice, Decision, SourceShown
from bot.desks import Desks, Outcome
from bot.directory import Directory
from bot.finding import Found
from bot.picking import picked
from bot.presenting import MOST_OFFERED, Presenter
from bot.reception import LONGEST_QUESTION, Desk, Reception, Standing
from bot.replies import compose
from bot.request import Received, Request
from bot.specialities import speciality_of
from bot.states import answered, calm, offered, still_asking
from bot.texts import Texts
from intents.model import Understanding
from intents.understanding import Understander
from knowledge.library import Library
from knowledge.search import Candidate
from knowledge.text.normalize import join_surrogates

MISSES_BEFORE_PERSON = 2
CONTEXT_LIFETIME = datetime.timedelta(hours=12)  # a bare 「2」 the next day picks nothing
GREETING_ENTRIES = ("safety-001", "shokibo-001", "keiei-kakushin-001")
MOST_LOOKED_UP = 8
LIKELY = 0.5  # more probable than not
OFFER_FLOOR = 0.02  # candidates less likely than this are not worth showing


@dataclass(frozen=True, slots=True)
class _Situation:
    """One turn while it is being decided."""

    state: State
    utterance: Utterance
    found: Found

    @property
    def understood(self) -> Understanding:
        return self.found.understood


class Engine:
    """Decides turn by turn. Holds only immutable knowledge, so one engine serves all conversations and threads."""

    def __init__(self, library: Library, understander: Understander, texts: Texts) -> None:
        self.library = library
        self.texts = texts
        self._knowledge = library.knowledge
        self._understander = understander
        directory = Directory(library.knowledge)
        self._presenter = Presenter(library, directory, texts)
        self._desks = Desks(library.knowledge, directory, self._presenter, texts)
        self._reception = Reception(texts)

    def look(self, text: str) -> Found:
        """What a text means and, where it asks for something, the entries nearest to it: the costly part of a turn."""
        understood = self._understander.understand(text)
        asks = understood.intent in {"question", "out_of_scope"}
        return Found(understood, self.library.search(understood.analysis) if asks else None)

    def turn(
        self,
        state: State,
        utterance: Utterance,
        now: datetime.datetime,
        desk: Desk | None = None,
        found: Found | None = None,
    ) -> Turn:
        """Answers one utterance. `now` is aware: what was offered long before no longer counts, people have hours.

        Without a `desk` there are no people to hand over to, only their telephone number. `found` is what `look` found
        for the same text, if somebody has looked.
        """
        last = state.last_turn()
        if last and now - last > CONTEXT_LIFETIME:
            state = State(prefecture=state.prefecture)
        situation = _Situation(state, utterance, found or self.look(utterance.text))
        after, decision, handoff = self._with_people(situation, now, desk) if desk else (*self._decide(situation), None)
        after = msgspec.structs.replace(after, at=now.astimezone(datetime.UTC).isoformat())
        return Turn(after, decision, compose(decision, self._knowledge, self.texts), handoff)

    def told(self, turn: Turn, standing: Standing, calendar: BusinessCalendar) -> Turn:
        """The turn that brought somebody into the queue or a promise, with the words for their place in it."""
        decision = self._reception.told(turn.decision, turn.handoff, standing, calendar)
        if turn.handoff and turn.decision.action == "offline_form":
            candidates = _worth_showing(self._found(turn.handoff.question))
            near = tuple(
                Choice(shown.question, f"entry:{shown.entry_id}") for shown in self._presenter.shown(candidates)
            )
            decision = msgspec.structs.replace(decision, choices=(*near, *decision.choices))
        return msgspec.structs.replace(turn, decision=decision, reply=compose(decision, self._knowledge, self.texts))

    def closing(self, state: State, key: str, **values: object) -> Turn:
        """The end of a talk with an expert, with the question how it was."""
        after, decision = self._reception.closing(state, self.texts.say(key, **values))
        return Turn(after, decision, compose(decision, self._knowledge, self.texts))

    def greet(self, state: State) -> Turn:
        """Welcomes a new friend: what this is, when people answer, what is kept, and questions to try."""
        examples = tuple(self._knowledge.entry[name] for name in GREETING_ENTRIES if name in self._knowledge.entry)
        choices = tuple(Choice(entry.question, f"entry:{entry.id}") for entry in examples)
        text = self.texts.say("greeting.welcome")
        return self._told(state, Decision(action="smalltalk", text=text, choices=choices))

    def say(self, state: State, key: str) -> Turn:
        """A turn that only says a sentence of the texts; what was offered stays offered."""
        return self._told(state, self._presenter.say("smalltalk", key))

    def announce(self, state: State, key: str, **values: object) -> Turn:
        """A sentence about people, in words of the texts."""
        return self._told(state, Decision(action="handoff", text=self.texts.say(key, **values)))

    def _told(self, state: State, decision: Decision) -> Turn:
        return Turn(state, decision, compose(decision, self._knowledge, self.texts))

    def label(self, action: str) -> str:
        """The words of a tapped action, as they stand in the transcript; the action itself where it is unknown."""
        tap = parse_action(action)
        if tap is None:
            return action
        if tap.kind == "entry":
            entry = self._knowledge.entry.get(tap.target)
            return entry.question if entry else action
        if tap.kind == "prefecture":
            prefecture = self._knowledge.prefecture.get(tap.target)
            return prefecture.name if prefecture else action
        if tap.kind == "desk":
            institution = self._knowledge.institution.get(tap.target)
            return institution.name if institution else action
        if tap.kind == "rate":
            return self.texts.section("rating").get(tap.target, action)
        return self.texts.say(f"button.{tap.kind}")

    def suggest(self, text: str, most: int = 5) -> tuple[tuple[str, str], ...]:
        """Entry ids and questions that an unfinished text may be about, likeliest first."""
        candidates = self.library.search(self._understander.understand(text).analysis)
        entries = (self.library.entry_at(candidate.position) for candidate in candidates[:most])
        return tuple((entry.id, entry.question) for entry in entries)

    def lookup(self, text: str) -> tuple[tuple[CandidateShown, tuple[SourceShown, ...]], ...]:
        """The nearest entries to what an expert looks for, with their sources, likeliest first."""
        candidates = self._found(text)[:MOST_LOOKED_UP]
        return self._presenter.with_sources(candidates)

    def _decide(self, situation: _Situation) -> Outcome:
        if tap := parse_action(situation.utterance.action):
            return self._tapped(situation, tap)
        steps: tuple[Callable[[_Situation], Outcome | None], ...] = (
            self._crisis,
            self._pick,
            self._empty,
            lambda now: self._desks.awaited(now.state, now.understood),
            self._intent,
            lambda now: self._desks.asked(now.state, now.understood),
            self._clarification,
        )
        outcomes = (step(situation) for step in steps)
        return next((outcome for outcome in outcomes if outcome), None) or self._search(situation)

    # People

    def _with_people(self, situation: _Situation, now: datetime.datetime, desk: Desk) -> Received:
        """A turn where people may be reached: theirs where it concerns them, else ours, which may lead to them."""
        understood, tap = situation.understood, parse_action(situation.utterance.action)
        if understood.intent == "crisis" and tap is None:
            return *self._decide(situation), None
        request = Request(
            state=situation.state,
            utterance=situation.utterance,
            tap=tap,
            text=understood.analysis.text,
            intent=understood.intent,
            subjects=understood.analysis.subjects,
            is_question=partial(self._is_question, situation),
            field=self._field,
            is_late=desk.is_late,
            now=now,
        )
        if received := self._reception.respond(request, desk):
            return received
        state, decision = self._decide(situation)
        if decision.action == "handoff":
            asked = not request.taps("none", "unsolved") if tap else understood.intent == "wants_person"
            return self._reception.offer(request, desk, asked=asked)
        if desk.is_late or decision.action == "smalltalk":
            state = still_asking(situation.state, state)
        return state, decision, None

    def _is_question(self, situation: _Situation) -> bool:
        """Whether an utterance is likely to ask for something that the knowledge has."""
        candidates = self._nearest(situation)
        return bool(candidates) and candidates[0].confidence > LIKELY

    def _field(self, text: str) -> str:
        """The speciality of those who know about what a text asks."""
        candidates = self._found(text)
        return speciality_of(self.library.entry_at(candidates[0].position).topic if candidates else "")

    def _nearest(self, situation: _Situation) -> tuple[Candidate, ...]:
        candidates = situation.found.candidates
        return self.library.search(situation.understood.analysis) if candidates is None else candidates

    def _found(self, text: str) -> tuple[Candidate, ...]:
        return self.library.search(self._understander.understand(text).analysis)

    # Taps

    def _tapped(self, situation: _Situation, tap: Tap) -> Outcome:
        state = situation.state
        match tap.kind:
            case "entry":
                return self._give(state, tap.target)
            case "prefecture":
                return self._desks.in_prefecture(state, state.institution, tap.target)
            case "desk":
                return self._desks.of_institution(state, tap.target)
            case "solved":
                return calm(state), self._presenter.say("smalltalk", "smalltalk.solved")
            case "person" | "connect" | "promise":
                return calm(state), self._presenter.say("handoff", "handoff.offer")
            case "none" | "unsolved":
                return self._missed(state, ())
            case "cancel-handoff" | "end":  # of something that has ended already
                return calm(state), self._presenter.say("smalltalk", "handoff.nothing")
            case "rate" | "no-comment":
                return calm(state), self._presenter.say("rated", "rating.done")
            case _ as unreachable:
                assert_never(unreachable)

    def _give(self, state: State, entry_id: str) -> Outcome:
        entry = self._knowledge.entry.get(entry_id)
        if entry is None:
            return calm(state), self._presenter.say("clarify", "clarify.gone")
        decision = self._presenter.answer(entry, 1.0, (), state.prefecture)
        return answered(state, entry_id), decision

    # Steps, each None where it does not apply

    def _crisis(self, situation: _Situation) -> Outcome | None:
        if situation.understood.intent != "crisis":
            return None
        return calm(situation.state), self._presenter.say("crisis", "crisis.text")

    def _empty(self, situation: _Situation) -> Outcome | None:
        """A text without a word in it, a bare number included."""
        if any(map(str.isalpha, situation.understood.analysis.text)):
            return None
        return situation.state, self._presenter.say("clarify", "clarify.empty")

    def _pick(self, situation: _Situation) -> Outcome | None:
        offer = picked(situation.understood.analysis.text, situation.state.offered)
        return self._give(situation.state, offer.entry_id) if offer else None

    def _intent(self, situation: _Situation) -> Outcome | None:
        state = situation.state
        match situation.understood.intent:
            case "wants_person":
                return calm(state), self._presenter.say("handoff", "handoff.offer")
            case "none_of_these" | "unsolved":
                return self._missed(state, ())
            case "solved" | "thanks" | "goodbye" | "greeting" | "capability" as intent:
                return calm(state), self._presenter.say("smalltalk", f"smalltalk.{intent}")
            case "end":
                return calm(state), self._presenter.say("smalltalk", "smalltalk.goodbye")
            case "yes":  # to nothing that was asked
                return calm(state), self._presenter.say("smalltalk", "smalltalk.greeting")
            case "out_of_scope" if self._is_foreign(situation):
                return calm(state), self._presenter.say("decline", "decline.out_of_scope")
        return None

    def _is_foreign(self, situation: _Situation) -> bool:
        """Whether words of another subject (「レシピ」) really lead away: nothing of this field, nothing found."""
        analysis = situation.understood.analysis
        candidates = self._nearest(situation)
        return not analysis.subjects and not (candidates and candidates[0].confidence > LIKELY)

    def _clarification(self, situation: _Situation) -> Outcome | None:
        """A text that consists of nothing but a broad word is asked back."""
        analysis = situation.understood.analysis
        said = {mention.concepts for mention in analysis.mentions}
        spans = [(mention.start, mention.end) for mention in analysis.mentions]
        for token in analysis.tokens:
            if token.is_content and not any(start <= token.start < end for start, end in spans):
                return None
        for clarification in self._knowledge.clarifications:
            if said and all(set(concepts) & set(clarification.terms) for concepts in said):
                choices = tuple(
                    Choice(self._knowledge.entry[name].question, f"entry:{name}") for name in clarification.choices
                )
                offers = tuple(Offer(choice.value.partition(":")[2], choice.label) for choice in choices)
                state = msgspec.structs.replace(calm(situation.state), offered=offers)
                none = self._presenter.choice("none")
                return state, Decision(action="clarify", text=clarification.question, choices=(*choices, none))
        return None

    # Search

    def _search(self, situation: _Situation) -> Outcome:
        state, slots = situation.state, situation.understood.slots
        if len(slots.prefectures) == 1:
            state = msgspec.structs.replace(state, prefecture=slots.prefectures[0])
        state = msgspec.structs.replace(state, asked=join_surrogates(situation.utterance.text)[:LONGEST_QUESTION])
        candidates = self._nearest(situation)
        model = self.library.model
        surest = candidates[0].confidence if candidates else 0.0
        if surest >= model.answer_threshold:
            entry = self.library.entry_at(candidates[0].position)
            decision = self._presenter.answer(entry, surest, candidates, state.prefecture)
            return answered(state, entry.id), decision
        if surest >= model.choose_threshold:
            decision = self._presenter.choose(_worth_showing(candidates), self.texts.say("choose.ask"))
            return offered(state, decision, misses=0), decision
        return self._missed(state, candidates)

    def _missed(self, state: State, candidates: tuple[Candidate, ...]) -> Outcome:
        """Nothing fits: the first time asks to rephrase and shows the nearest, the second time offers a person."""
        misses = state.misses + 1
        if misses >= MISSES_BEFORE_PERSON:
            decision = self._presenter.say("handoff", "handoff.after_misses")
            return msgspec.structs.replace(calm(state), misses=0), decision
        near = _worth_showing(candidates)
        if near:
            text, choices = self.texts.say("clarify.rephrase"), (self._presenter.choice("none"),)
        else:
            key = "clarify.none" if state.entry_id or state.offered else "clarify.rephrase_bare"
            text, choices = self.texts.say(key), (self._presenter.choice("person"),)
        shown = self._presenter.shown(near)
        confidence = near[0].confidence if near else 0.0
        decision = Decision(action="clarify", text=text, confidence=confidence, candidates=shown, choices=choices)
        return offered(state, decision, misses=misses), decision


def _worth_showing(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in candidates[:MOST_OFFERED] if candidate.confidence >= OFFER_FLOOR)
