"""Builds decisions from curated data: what stands beside an answer, how candidates are offered."""

from collections.abc import Iterable, Sequence

from bot.decision import (
    Action,
    CandidateShown,
    Choice,
    Decision,
    InstitutionShown,
    ProgramShown,
    SourceShown,
)
from bot.directory import Directory
from bot.texts import Texts
from knowledge.library import Library
from knowledge.model import Citation, Entry
from knowledge.search import Candidate

MOST_OFFERED = 3
MOST_PROGRAMS = 3
MOST_FOLLOWUPS = 3


class Presenter:
    """Turns entries and candidates into decisions; every word of them is curated."""

    def __init__(self, library: Library, directory: Directory, texts: Texts) -> None:
        self._library = library
        self._knowledge = library.knowledge
        self._directory = directory
        self._texts = texts

    def answer(self, entry: Entry, confidence: float, candidates: Sequence[Candidate], prefecture: str) -> Decision:
        """One entry with its sources, programmes, institutions, desks and what to ask next."""
        shown = self.shown(candidates) or (CandidateShown(entry.id, entry.question, _text(entry), confidence),)
        related = (self._knowledge.entry[name].question for name in entry.related)
        return Decision(
            action="answer",
            text=_text(entry),
            confidence=confidence,
            entry_id=entry.id,
            candidates=shown,
            programs=tuple(self._programs(entry.programs))[:MOST_PROGRAMS],
            institutions=tuple(self._institutions(entry.institutions)),
            contacts=self._directory.contacts(entry.institutions, prefecture),
            sources=tuple(self._source(citation, entry.as_of) for citation in entry.sources),
            followups=tuple(related)[:MOST_FOLLOWUPS],
        )

    def choose(self, candidates: Sequence[Candidate], text: str) -> Decision:
        """Up to three entries to pick from, and "none of these"."""
        return Decision(
            action="choose",
            text=text,
            confidence=candidates[0].confidence,
            candidates=self.shown(candidates),
            choices=(self.choice("none"),),
        )

    def shown(self, candidates: Sequence[Candidate]) -> tuple[CandidateShown, ...]:
        """Candidates as they appear in a decision."""
        return tuple(shown for shown, _ in self.with_sources(candidates[:MOST_OFFERED]))

    def with_sources(
        self, candidates: Sequence[Candidate]
    ) -> tuple[tuple[CandidateShown, tuple[SourceShown, ...]], ...]:
        """Candidates as they are shown, each with the sources of its answer."""
        entries = ((candidate, self._library.entry_at(candidate.position)) for candidate in candidates)
        return tuple(
            (
                CandidateShown(entry.id, entry.question, _text(entry), round(candidate.confidence, 4)),
                tuple(self._source(citation, entry.as_of) for citation in entry.sources),
            )
            for candidate, entry in entries
        )

    def say(self, action: Action, key: str) -> Decision:
        """A decision that is only words; a "clarify" claims to be no answer (confidence 0)."""
        return Decision(action=action, text=self._texts.say(key), confidence=0.0 if action == "clarify" else 1.0)

    def choice(self, name: str) -> Choice:
        """A choice whose words stand in the texts and whose action is its name."""
        return Choice(self._texts.say(f"button.{name}"), name)

    def _programs(self, names: Iterable[str]) -> Iterable[ProgramShown]:
        for name in names:
            program = self._knowledge.program[name]
            if program.status == "renamed":
                program = self._knowledge.program[program.renamed_to]
            if program.status == "active":
                yield ProgramShown(program.id, program.name, program.summary, program.url)

    def _institutions(self, names: Iterable[str]) -> Iterable[InstitutionShown]:
        for name in names:
            body = self._knowledge.institution[name]
            yield InstitutionShown(body.id, body.name, body.reason)

    def _source(self, citation: Citation, as_of: str) -> SourceShown:
        document = self._knowledge.source[citation.doc]
        return SourceShown(document.title, citation.at, document.as_of or as_of, document.url)


def _text(entry: Entry) -> str:
    return entry.answer.strip()
