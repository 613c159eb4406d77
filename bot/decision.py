"""A decision: what to do now and everything that is shown with it. Its JSON is a contract (docs/architecture.md)."""

from typing import Literal

from msgspec import Struct

Action = Literal[
    "answer", "choose", "clarify", "directory", "consult", "smalltalk", "decline", "crisis",
    "handoff", "queued", "relayed", "offline_form", "rated", "closed",
]  # fmt: skip


class CandidateShown(Struct, frozen=True):
    """An entry offered or given, with the calibrated probability that it answers."""

    entry_id: str
    question: str
    answer: str
    confidence: float


class ProgramShown(Struct, frozen=True):
    """A programme with one line why it fits."""

    id: str
    name: str
    reason: str
    url: str = ""


class InstitutionShown(Struct, frozen=True):
    """An institution with one line what it does for the user."""

    id: str
    name: str
    reason: str


class Contact(Struct, frozen=True):
    """A desk."""

    office: str
    prefecture: str
    tel: str
    address: str


class SourceShown(Struct, frozen=True):
    """Where an answer stands and as of when."""

    title: str
    at: str
    as_of: str
    url: str = ""


class Choice(Struct, frozen=True):
    """Something to tap: the words on it and the action string it sends (bot/actions.py)."""

    label: str
    value: str


class Decision(Struct, frozen=True, kw_only=True):
    """What the bot decided. `confidence` is the probability that it is right; `elapsed_ms` is set by who measures."""

    action: Action
    text: str
    confidence: float = 1.0
    entry_id: str = ""
    candidates: tuple[CandidateShown, ...] = ()
    programs: tuple[ProgramShown, ...] = ()
    institutions: tuple[InstitutionShown, ...] = ()
    contacts: tuple[Contact, ...] = ()
    sources: tuple[SourceShown, ...] = ()
    choices: tuple[Choice, ...] = ()
    followups: tuple[str, ...] = ()
    elapsed_ms: float = 0.0
