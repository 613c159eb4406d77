"""The words of the knowledge base: entries, programmes, institutions, offices, regions and sources.

Frozen values without behaviour beyond look-ups; they know nothing of files or of search.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

ProgramStatus = Literal["active", "ended", "renamed"]
Stage = Literal["創業前", "創業期", "成長", "成熟", "承継", "再生", "廃業"]
ProgramKind = Literal[
    "補助金", "融資", "保証", "出資", "共済", "専門家派遣", "相談窓口", "研修", "情報", "認定", "保険", "その他"
]  # fmt: skip


class SourceDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A document or statute that entries cite by its id; `as_of` is YYYY-MM, absent for statutes in force."""

    id: str
    title: str
    publisher: str
    as_of: str = ""
    url: str = ""


class Citation(Struct, frozen=True, forbid_unknown_fields=True):
    """A place (`at`: heading, page or article) in the source document `doc`."""

    doc: str
    at: str


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """A field of consultation; `label` is what owners read."""

    id: str
    label: str


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One curated question with its variants (how owners really ask), its answer and its sources."""

    id: str
    topic: str
    question: str
    variants: tuple[str, ...]
    answer: str
    sources: tuple[Citation, ...]
    as_of: str
    review_by: str
    programs: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def utterances(self) -> tuple[str, ...]:
        """The question and its variants: everything that asks for this answer."""
        return (self.question, *self.variants)


class Phrases(Struct, frozen=True, forbid_unknown_fields=True):
    """What different owners typed, or would type, who need just the answer of `entry`: for the search, never shown."""

    entry: str
    texts: tuple[str, ...]


class Program(Struct, frozen=True, forbid_unknown_fields=True):
    """A support measure that can be applied for or used; `summary` is the line shown on its card."""

    id: str
    name: str
    kind: ProgramKind
    provider: str
    summary: str
    sources: tuple[Citation, ...]
    as_of: str
    aliases: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    audience: str = ""
    benefit: str = ""
    conditions: str = ""
    how_to_apply: str = ""
    contact: str = ""
    url: str = ""
    status: ProgramStatus = "active"
    renamed_to: str = ""


class Institution(Struct, frozen=True, forbid_unknown_fields=True, rename={"purpose": "for"}):
    """Who helps: what it is for and not for, what it costs, to whom it passes you on."""

    id: str
    name: str
    purpose: str
    reason: str
    sources: tuple[Citation, ...]
    as_of: str
    aliases: tuple[str, ...] = ()
    not_for: str = ""
    cost: str = ""
    passes_on: tuple[str, ...] = ()
    url: str = ""


class Office(Struct, frozen=True, forbid_unknown_fields=True):
    """The desk of an institution in one place; `prefecture` is empty for a nationwide one."""

    id: str
    institution: str
    prefecture: str
    name: str
    host: str
    postal_code: str
    address: str
    tel: str
    doc: str
    at: str
    as_of: str


class Prefecture(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the 47 prefectures; `code` is its JIS X 0401 number as two digits."""

    code: str
    name: str
    short: str
    region: str
    aliases: tuple[str, ...] = ()


class City(Struct, frozen=True, forbid_unknown_fields=True):
    """A place name that people say instead of the prefecture; one name may lie in several."""

    name: str
    prefecture: str | tuple[str, ...]

    @property
    def prefectures(self) -> tuple[str, ...]:
        """The prefectures it may lie in, one or more."""
        return (self.prefecture,) if isinstance(self.prefecture, str) else self.prefecture


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """Words of this field that mean the same; kept whole in text analysis beside their parts."""

    id: str
    words: tuple[str, ...]


class Clarification(Struct, frozen=True, forbid_unknown_fields=True):
    """What to ask back when only a broad word was said: the term ids that trigger it and the choices offered."""

    terms: tuple[str, ...]
    question: str
    choices: tuple[str, ...]


class LabelledQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """A development question with the ids of the entries that answer it, best first; none where nothing does."""

    id: str
    text: str
    entries: tuple[str, ...]
    topic: str = ""


class KnowledgeBase(Struct, frozen=True, dict=True):
    """Everything curated, checked and in file order, with look-ups by id."""

    entries: tuple[Entry, ...]
    programs: tuple[Program, ...]
    institutions: tuple[Institution, ...]
    offices: tuple[Office, ...]
    prefectures: tuple[Prefecture, ...]
    cities: tuple[City, ...]
    sources: tuple[SourceDocument, ...]
    topics: tuple[Topic, ...] = ()
    terms: tuple[Term, ...] = ()
    clarifications: tuple[Clarification, ...] = ()
    phrases: tuple[Phrases, ...] = ()

    @cached_property
    def phrases_of(self) -> Mapping[str, tuple[str, ...]]:
        """The training phrases by the id of their entry."""
        return {item.entry: item.texts for item in self.phrases}

    @cached_property
    def entry(self) -> Mapping[str, Entry]:
        """Entries by id."""
        return {item.id: item for item in self.entries}

    @cached_property
    def program(self) -> Mapping[str, Program]:
        """Programmes by id."""
        return {item.id: item for item in self.programs}

    @cached_property
    def institution(self) -> Mapping[str, Institution]:
        """Institutions by id."""
        return {item.id: item for item in self.institutions}

    @cached_property
    def source(self) -> Mapping[str, SourceDocument]:
        """Source documents by id."""
        return {item.id: item for item in self.sources}

    @cached_property
    def entry_asking(self) -> Mapping[str, Entry]:
        """Entries by their question."""
        return {item.question: item for item in self.entries}

    @cached_property
    def prefecture(self) -> Mapping[str, Prefecture]:
        """Prefectures by JIS code and by full name."""
        return {key: item for item in self.prefectures for key in (item.code, item.name)}

    def offices_of(self, institution: str, prefecture: str = "") -> tuple[Office, ...]:
        """The desks of an institution, in one prefecture if given; nationwide ones have none."""
        return tuple(
            office
            for office in self.offices
            if office.institution == institution and (not prefecture or office.prefecture == prefecture)
        )
