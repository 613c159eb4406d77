"""Answers to who asks for a desk: gives it, or asks for the prefecture."""

import msgspec

from bot.conversation import State
from bot.decision import Choice, Decision
from bot.directory import GENERAL_INSTITUTIONS, Directory
from bot.presenting import Presenter
from bot.states import asking_prefecture, calm
from bot.texts import Texts
from intents.model import Understanding
from knowledge.model import KnowledgeBase

Outcome = tuple[State, Decision]


class Desks:
    """Outcomes of turns that are about desks. An empty institution means: whoever helps with anything."""

    def __init__(self, knowledge: KnowledgeBase, directory: Directory, presenter: Presenter, texts: Texts) -> None:
        self._knowledge = knowledge
        self._directory = directory
        self._presenter = presenter
        self._texts = texts

    def asked(self, state: State, understood: Understanding) -> Outcome | None:
        """The outcome where a text asks for a desk or says nothing but an institution and a place; else None."""
        analysis, slots = understood.analysis, understood.slots
        institution = self._directory.institution_named(analysis)
        wished, bare = self._directory.is_wish(analysis), self._directory.is_bare(analysis, slots.place)
        if slots.prefectures and (wished or (bare and institution)):
            return self.at_place(state, institution, slots.place, slots.prefectures)
        if slots.prefectures and bare:
            return self._noted(state, slots.place, slots.prefectures)
        return self.of_institution(state, institution) if wished and bare else None

    def awaited(self, state: State, understood: Understanding) -> Outcome | None:
        """The outcome where the prefecture was asked for and is now said; else None."""
        slots = understood.slots
        if state.awaiting != "prefecture" or not slots.prefectures:
            return None
        named = self._directory.institution_named(understood.analysis)
        return self.at_place(state, named or state.institution, slots.place, slots.prefectures)

    def of_institution(self, state: State, institution: str) -> Outcome:
        """The desk of an institution: where the prefecture is known, the nationwide one, or after asking."""
        body = self._knowledge.institution.get(institution)
        if institution and body is None:
            return calm(state), self._presenter.say("clarify", "clarify.gone")
        if self._directory.contacts(self._meant(institution), state.prefecture):
            return self._shown(state, institution, state.prefecture)
        if body and (nationwide := self._directory.nationwide(institution)):
            text = self._texts.say("directory.found_nationwide", institution=body.name)
            return calm(state), Decision(action="directory", text=text, contacts=nationwide)
        name = body.name if body else self._texts.say("directory.any_institution")
        text = self._texts.say("directory.ask_prefecture", institution=name)
        return asking_prefecture(state, institution), Decision(action="directory", text=text)

    def at_place(self, state: State, institution: str, place: str, prefectures: tuple[str, ...]) -> Outcome:
        """The desk at a place; asks back where the place lies in several prefectures."""
        if len(prefectures) == 1:
            return self.in_prefecture(state, institution, prefectures[0])
        text = self._texts.say("clarify.ambiguous_place", place=place)
        choices = tuple(Choice(name, f"prefecture:{self._knowledge.prefecture[name].code}") for name in prefectures)
        return asking_prefecture(state, institution), Decision(action="clarify", text=text, choices=choices)

    def in_prefecture(self, state: State, institution: str, prefecture: str) -> Outcome:
        """The desk in a prefecture (its name or JIS code), which is remembered."""
        found = self._knowledge.prefecture.get(prefecture)
        if found is None:
            return calm(state), self._presenter.say("clarify", "clarify.gone")
        return self._shown(msgspec.structs.replace(state, prefecture=found.name), institution, found.name)

    def _noted(self, state: State, place: str, prefectures: tuple[str, ...]) -> Outcome:
        if len(prefectures) > 1:
            return self.at_place(state, "", place, prefectures)
        text = self._texts.say("smalltalk.prefecture_noted", prefecture=prefectures[0])
        noted = msgspec.structs.replace(calm(state), prefecture=prefectures[0])
        return noted, Decision(action="smalltalk", text=text)

    def _meant(self, institution: str) -> tuple[str, ...]:
        return (institution,) if institution in self._knowledge.institution else GENERAL_INSTITUTIONS

    def _shown(self, state: State, institution: str, prefecture: str) -> Outcome:
        institutions = self._meant(institution)
        contacts = self._directory.contacts(institutions, prefecture)
        name = self._knowledge.institution[institutions[0]].name
        key = "directory.missing" if not contacts else "directory.found" if institution else "directory.found_several"
        text = self._texts.say(key, prefecture=prefecture, institution=name)
        if contacts:
            year, month = self._directory.as_of(institutions[0]).split("-")
            text += "\n" + self._texts.say("directory.note", year=year, month=int(month))
        return calm(state), Decision(action="directory", text=text, contacts=contacts)
