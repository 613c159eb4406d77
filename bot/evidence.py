"""The evidence card: what an expert should know before the first word, from the transcript. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from bot.conversation import State
from bot.decision import CandidateShown, Decision, ProgramShown

_NO_HELP = frozenset({"unsolved", "none"})
_SEARCHED = frozenset({"answer", "choose", "clarify"})
Step = Decision | str  # what the bot decided, or what the user tapped (empty: wrote)


class Slot(Struct, frozen=True):
    """A fact that the user gave."""

    label: str
    value: str


class Offered(Struct, frozen=True):
    """An entry that the bot gave or offered, how sure it was, and whether the user took it."""

    entry_id: str
    question: str
    confidence: float
    chosen: bool


class Evidence(Struct, frozen=True):
    """`offered` and `rejected` in the order of the talk; `rejected` were shown and not taken, or did not help."""

    question: str
    slots: tuple[Slot, ...]
    offered: tuple[Offered, ...]
    rejected: tuple[Offered, ...]
    programs: tuple[ProgramShown, ...]
    searches: int


def evidence(question: str, state: State, steps: Sequence[Step]) -> Evidence:
    """The card for a question, from the steps of the talk in their order."""
    decisions = [step for step in steps if isinstance(step, Decision)]
    taken = {decision.entry_id for decision in decisions if decision.entry_id}
    useless = set(_useless(steps))
    shown: dict[str, Offered] = {}
    for candidate in (candidate for decision in decisions for candidate in _shown(decision)):
        # A tapped entry is given as certain: how sure the search was is what it was first shown with.
        name = candidate.entry_id
        shown.setdefault(name, Offered(name, candidate.question, candidate.confidence, name in taken))
    programs = {program.id: program for decision in decisions for program in decision.programs}
    return Evidence(
        question=question,
        slots=(Slot("都道府県", state.prefecture),) if state.prefecture else (),
        offered=tuple(shown.values()),
        rejected=tuple(one for one in shown.values() if not one.chosen or one.entry_id in useless),
        programs=tuple(programs.values()),
        searches=_searches(steps),
    )


def _shown(decision: Decision) -> list[CandidateShown]:
    """What the user saw of the candidates: an answer hides those that it was preferred to."""
    return [one for one in decision.candidates if decision.entry_id in {"", one.entry_id}]


def _useless(steps: Sequence[Step]) -> Iterator[str]:
    """The entries after which the user said that they did not help."""
    given = ""
    for step in steps:
        if isinstance(step, Decision):
            given = step.entry_id
        elif step in _NO_HELP and given:
            yield given


def _searches(steps: Sequence[Step]) -> int:
    """How often something that the user wrote was looked up."""
    said = ""
    count = 0
    for step in steps:
        if isinstance(step, Decision):
            count += step.action in _SEARCHED and not said
        else:
            said = step
    return count
