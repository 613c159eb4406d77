"""The rules of the curation guide that every value must keep before it may reach a user."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from knowledge.errors import Problem
from knowledge.model import Entry, Institution, KnowledgeBase, Office, Program, SourceDocument, Term
from knowledge.text.normalize import normalize
from knowledge.yamlfile import Steps

ANSWER_LENGTH = (80, 400)  # characters without line breaks (curation guide)
QUESTION_LENGTH = (6, 80)
VARIANT_LENGTH = (2, 80)
VARIANTS = (4, 8)
PHRASE_LENGTH = (2, 100)

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_TEL = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_POSTAL_CODE = re.compile(r"\d{3}-\d{4}")
_URL = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[^\s]*)?", re.ASCII)
_MARKUP = re.compile(r"\*\*|^#|\]\(|[!！]|<[a-z/]", re.MULTILINE)

Where = Callable[[object, Steps], tuple[Path, int]]
FieldFault = tuple[Steps, str]  # the field, and what is wrong with it
Fault = tuple[object, Steps, str]  # the item, the field of it, and what is wrong with that
Citing = tuple[Entry | Program | Institution, ...]


def check_rules(knowledge: KnowledgeBase, where: Where) -> Iterator[Problem]:
    """Yields every broken rule; `where` tells the file and line of an item's field."""
    rules = (
        _unique_ids, _entry_forms, _unique_utterances, _phrase_forms, _references, _program_forms, _office_forms, _dates,
    )  # fmt: skip
    for rule in rules:
        for item, steps, message in rule(knowledge):
            yield Problem(*where(item, steps), message)


def _outside(length: int, bounds: tuple[int, int]) -> bool:
    return not bounds[0] <= length <= bounds[1]


def _unique_ids(knowledge: KnowledgeBase) -> Iterator[Fault]:
    kinds: tuple[Iterable[object], ...] = (
        knowledge.entries, knowledge.programs, knowledge.institutions, knowledge.offices,
        knowledge.sources, knowledge.topics, knowledge.terms,
    )  # fmt: skip
    for items in kinds:
        seen: set[str] = set()
        for item in items:
            identifier = str(getattr(item, "id", ""))
            if not _ID.fullmatch(identifier):
                yield item, ("id",), f"idは英小文字・数字・ハイフンで書きます: {identifier!r}"
            if identifier in seen:
                yield item, ("id",), f"idが重複しています: {identifier}"
            seen.add(identifier)


def _entry_forms(knowledge: KnowledgeBase) -> Iterator[Fault]:
    for entry in knowledge.entries:
        for steps, message in _entry_faults(entry):
            yield entry, steps, f"{entry.id}: {message}"


def _entry_faults(entry: Entry) -> Iterator[FieldFault]:
    answer = len(entry.answer.replace("\n", "").strip())
    if _outside(answer, ANSWER_LENGTH):
        yield ("answer",), f"回答は{ANSWER_LENGTH[0]}〜{ANSWER_LENGTH[1]}字です(現在{answer}字)"
    if _outside(len(entry.question), QUESTION_LENGTH):
        yield ("question",), f"質問は{QUESTION_LENGTH[0]}〜{QUESTION_LENGTH[1]}字です(現在{len(entry.question)}字)"
    if _outside(len(entry.variants), VARIANTS):
        yield ("variants",), f"言い換えは{VARIANTS[0]}〜{VARIANTS[1]}個です(現在{len(entry.variants)}個)"
    yield from (
        (("variants", position), f"言い換えは{VARIANT_LENGTH[0]}〜{VARIANT_LENGTH[1]}字です: {variant}")
        for position, variant in enumerate(entry.variants)
        if _outside(len(variant), VARIANT_LENGTH)
    )
    if not entry.sources:
        yield ("sources",), "出典(sources)がありません"
    if markup := _MARKUP.search(entry.answer):
        yield ("answer",), f"回答に装飾や感嘆符は使えません: {markup.group()}"
    if entry.id in entry.related:
        yield ("related",), "自分自身を関連(related)にしています"


def _unique_utterances(knowledge: KnowledgeBase) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for item, steps, identifier, utterance in _utterances(knowledge):
        form = normalize(utterance).rstrip("?。 ")
        if form in seen:
            yield item, steps, f"{identifier}: 質問・言い換えが{seen[form]}と重複しています: {utterance}"
        seen.setdefault(form, identifier)


def _utterances(knowledge: KnowledgeBase) -> Iterator[tuple[object, Steps, str, str]]:
    """Everything that leads to an entry, with the item and field it stands in and the id of the entry."""
    for entry in knowledge.entries:
        yield entry, ("question",), entry.id, entry.question
        yield from ((entry, ("variants", number), entry.id, text) for number, text in enumerate(entry.variants))
    for phrases in knowledge.phrases:
        yield from ((phrases, ("texts", number), phrases.entry, text) for number, text in enumerate(phrases.texts))


def _phrase_forms(knowledge: KnowledgeBase) -> Iterator[Fault]:
    seen: set[str] = set()
    for phrases in knowledge.phrases:
        if phrases.entry in seen:
            yield phrases, ("entry",), f"{phrases.entry}: このQ&Aの言い方は、もう書かれています"
        seen.add(phrases.entry)
        for number, text in enumerate(phrases.texts):
            if _outside(len(text), PHRASE_LENGTH):
                message = f"言い方は{PHRASE_LENGTH[0]}〜{PHRASE_LENGTH[1]}字です: {text}"
                yield phrases, ("texts", number), f"{phrases.entry}: {message}"


def _references(knowledge: KnowledgeBase) -> Iterator[Fault]:
    topics = {topic.id for topic in knowledge.topics}
    prefectures = {prefecture.name for prefecture in knowledge.prefectures}
    kinds: tuple[tuple[Term | Program | Institution, ...], ...]
    kinds = (knowledge.terms, knowledge.programs, knowledge.institutions)
    named = {item.id for items in kinds for item in items}
    citing: Citing = (*knowledge.entries, *knowledge.programs, *knowledge.institutions)
    for item, kind, wanted, known in (
        *((entry, "topic", (entry.topic,), topics) for entry in knowledge.entries),
        *((entry, "programs", entry.programs, knowledge.program) for entry in knowledge.entries),
        *((entry, "institutions", entry.institutions, knowledge.institution) for entry in knowledge.entries),
        *((entry, "related", entry.related, knowledge.entry) for entry in knowledge.entries),
        *((phrases, "entry", (phrases.entry,), knowledge.entry) for phrases in knowledge.phrases),
        *((program, "provider", (program.provider,), knowledge.institution) for program in knowledge.programs),
        *((program, "renamed_to", _present(program.renamed_to), knowledge.program) for program in knowledge.programs),
        *((body, "passes_on", body.passes_on, knowledge.institution) for body in knowledge.institutions),
        *((office, "institution", (office.institution,), knowledge.institution) for office in knowledge.offices),
        *((office, "doc", (office.doc,), knowledge.source) for office in knowledge.offices),
        *((office, "prefecture", _present(office.prefecture), prefectures) for office in knowledge.offices),
        *((asked, "terms", asked.terms, named) for asked in knowledge.clarifications),
        *((asked, "choices", asked.choices, knowledge.entry) for asked in knowledge.clarifications),
        *((city, "prefecture", city.prefectures, prefectures) for city in knowledge.cities),
        *((item, "sources", tuple(citation.doc for citation in item.sources), knowledge.source) for item in citing),
    ):
        for position, identifier in enumerate(wanted):
            if identifier not in known:
                yield item, (kind, position), f"{_beginning(item)}{kind} の参照先がありません: {identifier}"


def _beginning(item: object) -> str:
    """How a message begins: with the item's id or name, where it has one."""
    name = getattr(item, "id", "") or getattr(item, "name", "")
    return f"{name}: " if name else ""


def _present(identifier: str) -> tuple[str, ...]:
    return (identifier,) if identifier else ()


def _program_forms(knowledge: KnowledgeBase) -> Iterator[Fault]:
    for program in knowledge.programs:
        for steps, message in _program_faults(program):
            yield program, steps, f"{program.id}: {message}"
    linked: tuple[SourceDocument | Institution, ...] = (*knowledge.sources, *knowledge.institutions)
    for item in linked:
        if item.url and not _URL.fullmatch(item.url):
            yield item, ("url",), f"{item.id}: URLの形が正しくありません: {item.url}"


def _program_faults(program: Program) -> Iterator[FieldFault]:
    if program.url and not _URL.fullmatch(program.url):
        yield ("url",), f"URLの形が正しくありません: {program.url}"
    if (program.status == "renamed") != bool(program.renamed_to):
        yield ("renamed_to",), "renamed_to は status: renamed のときだけ、必ず書きます"
    if not program.sources:
        yield ("sources",), "出典(sources)がありません"


def _office_forms(knowledge: KnowledgeBase) -> Iterator[Fault]:
    for office in knowledge.offices:
        for message in _office_faults(office):
            yield office, (), f"{office.id}: {message}"


def _office_faults(office: Office) -> Iterator[str]:
    if office.tel and not _TEL.fullmatch(office.tel):
        yield f"電話番号の形が正しくありません: {office.tel}"
    if office.postal_code and not _POSTAL_CODE.fullmatch(office.postal_code):
        yield f"郵便番号の形が正しくありません: {office.postal_code}"
    if not office.name:
        yield "名称(name)がありません"


def _dates(knowledge: KnowledgeBase) -> Iterator[Fault]:
    citing: Citing = (*knowledge.entries, *knowledge.programs, *knowledge.institutions)
    for item, name, value in (
        *((item, "as_of", item.as_of) for item in citing),
        *((entry, "review_by", entry.review_by) for entry in knowledge.entries),
        *((office, "as_of", office.as_of) for office in knowledge.offices),
        *((source, "as_of", source.as_of) for source in knowledge.sources if source.as_of),
    ):
        if not _MONTH.fullmatch(value):
            yield item, (name,), f"{_beginning(item)}{name} は 2026-11 のように書きます: {value!r}"
