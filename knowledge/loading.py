"""Curated files to a checked `KnowledgeBase`. The only place of this package that reads them.

What is wrong is reported all at once, each fault with its file and line; nothing half-right is returned.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from knowledge.csvfile import CsvRow, read_csv
from knowledge.errors import KnowledgeError, Problem
from knowledge.model import (
    City,
    Clarification,
    Entry,
    Institution,
    KnowledgeBase,
    LabelledQuestion,
    Office,
    Phrases,
    Prefecture,
    Program,
    SourceDocument,
    Term,
    Topic,
)
from knowledge.rules import check_rules
from knowledge.yamlfile import Steps, YamlFile, read_text, read_yaml

DATA_FOLDER = Path(__file__).parent / "data"
Item = TypeVar("Item")
Place = Callable[[Steps], tuple[Path, int]]  # the file and line of a field of an item

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<where>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


class _Reader:
    """Collects items with their locations, and every problem on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._places: dict[int, Place] = {}

    def where(self, item: object, steps: Steps) -> tuple[Path, int]:
        """The file and line of a field of an item that was read here."""
        return self._places[id(item)](steps)

    def yaml_items(self, path: Path, key: str, kind: type[Item], beside: str = "topic") -> list[Item]:
        """The items of the list `key` of a YAML file, which may hold one more key `beside` it.

        A topic named at the file's head is given to each item.
        """
        try:
            file = read_yaml(path)
        except KnowledgeError as error:
            self.problems += error.problems
            return []
        content = file.content
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            self.problems.append(Problem(path, 1, f"一覧「{key}:」がありません"))
            return []
        unknown = set(content) - {key, beside}
        self.problems += [Problem(path, file.line((name,)), f"知らない項目です: {name}") for name in sorted(unknown)]
        shared = {"topic": content["topic"]} if "topic" in content else {}
        rows = (shared | row if isinstance(row, dict) else row for row in content[key])
        return [
            item
            for position, row in enumerate(rows)
            for item in self._item(row, kind, partial(_yaml_place, file, (key, position)))
        ]

    def csv_items(self, path: Path, kind: type[Item]) -> list[Item]:
        """The rows of a CSV file whose header line names exactly the fields of `kind`."""
        try:
            header, *rows = read_csv(path)
        except KnowledgeError as error:
            self.problems += error.problems
            return []
        if faults := list(_header_faults(header.cells, kind)):
            self.problems += [Problem(path, header.line, fault) for fault in faults]
            return []
        return [item for row in rows for item in self._csv_item(path, header, row, kind)]

    def _csv_item(self, path: Path, header: CsvRow, row: CsvRow, kind: type[Item]) -> Iterator[Item]:
        if len(row.cells) != len(header.cells):
            message = f"列の数が{len(header.cells)}ではなく{len(row.cells)}です"
            self.problems.append(Problem(path, row.line, message))
            return
        yield from self._item(dict(zip(header.cells, row.cells, strict=True)), kind, lambda _: (path, row.line))

    def _item(self, row: Any, kind: type[Item], place: Place) -> Iterator[Item]:
        try:
            item = msgspec.convert(row, kind)
        except msgspec.ValidationError as error:
            what, steps = _explain(str(error))
            self.problems.append(Problem(*place(steps), what))
        else:
            self._places[id(item)] = place
            yield item


def _yaml_place(file: YamlFile, item: Steps, steps: Steps) -> tuple[Path, int]:
    return file.path, file.line((*item, *steps))


def _header_faults(header: list[str], kind: type[Any]) -> Iterator[str]:
    wanted = [field.encode_name for field in msgspec.structs.fields(kind)]
    yield from (f"見出しに必要な列がありません: {name}" for name in wanted if name not in header)
    yield from (f"見出しに知らない列があります: {name}" for name in header if name not in wanted)
    yield from (f"見出しに同じ列が二度あります: {name}" for name in wanted if header.count(name) > 1)


_WORDINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"Object contains unknown field `(.+)`"), lambda m: f"知らない項目です: {m[1]}"),
    (re.compile(r"Object missing required field `(.+)`"), lambda m: f"必要な項目がありません: {m[1]}"),
    (re.compile(r"Invalid enum value '(.*)'"), lambda m: f"使えない値です: {m[1]}"),
    (
        re.compile(r"Expected `(.+)`, got `(.+)`"),
        lambda m: f"{_shape(m[1])}が必要ですが、{_shape(m[2])}が書かれています",
    ),
    (re.compile(r"Input data was truncated|JSON is malformed.*"), lambda _: "JSONとして読めません"),
)
_SHAPES = {"str": "文字", "array": "一覧([ ] または - )", "object": "項目の組(名前: 値)", "null": "空の値", "int": "数"}
_FIELD = re.compile(r"Object (?:contains unknown|missing required) field `(.+)`")


def _shape(types: str) -> str:
    """Msgspec's names of types, e.g. "str | array", for editors."""
    return "か".join(_SHAPES.get(name, name) for name in types.split(" | "))


def _explain(message: str) -> tuple[str, Steps]:
    """Msgspec's English sentence, e.g. "Object missing required field `answer` - at `$.sources[0]`", for editors.

    Given with the way to the field that is meant.
    """
    match = _AT.match(message)
    what, where = (match["what"], match["where"] or "") if match else (message, "")
    found = ((pattern.fullmatch(what), wording) for pattern, wording in _WORDINGS)
    steps: Steps = tuple(name or (int(number) if number.isdigit() else 0) for name, number in _STEP.findall(where))
    if field := _FIELD.fullmatch(what):
        steps = (*steps, field[1])
    return next((wording(hit) for hit, wording in found if hit), what), steps


def load_knowledge(folder: Path = DATA_FOLDER) -> KnowledgeBase:
    """Reads and checks the curated files of `folder`.

    Raises:
        KnowledgeError: Anything breaks a rule of the curation guide (docs/curating.md); names all places.
    """
    reader = _Reader()
    knowledge = _read_all(reader, folder)
    problems = reader.problems or list(check_rules(knowledge, reader.where))
    if problems:
        raise KnowledgeError(list(dict.fromkeys(problems)))
    return knowledge


def _read_all(reader: _Reader, folder: Path) -> KnowledgeBase:
    def items(
        pattern: str, key: str, kind: type[Item], beside: str = "topic", *, must_exist: bool = True
    ) -> tuple[Item, ...]:
        paths = sorted(folder.glob(pattern))
        if must_exist and not paths:
            reader.problems.append(Problem(folder / pattern, 1, "ファイルがありません"))
        return tuple(item for path in paths for item in reader.yaml_items(path, key, kind, beside))

    return KnowledgeBase(
        entries=items("entries/*.yaml", "entries", Entry),
        programs=items("programs/*.yaml", "programs", Program),
        institutions=items("institutions.yaml", "institutions", Institution),
        offices=tuple(reader.csv_items(folder / "offices.csv", Office)),
        prefectures=items("regions.yaml", "prefectures", Prefecture, beside="cities"),
        cities=items("regions.yaml", "cities", City, beside="prefectures"),
        sources=items("sources.yaml", "sources", SourceDocument),
        topics=items("topics.yaml", "topics", Topic),
        terms=items("terms.yaml", "terms", Term),
        clarifications=items("clarifications.yaml", "clarifications", Clarification),
        phrases=items("phrases/*.yaml", "phrases", Phrases, must_exist=False),
    )


def load_questions(path: Path, knowledge: KnowledgeBase) -> tuple[LabelledQuestion, ...]:
    """Reads development questions: JSON Lines with `id`, `text`, `entries` (ids that answer, best first), `topic`.

    Raises:
        KnowledgeError: A line is not such an object, or names an entry that does not exist.
    """
    questions, problems = [], []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            question = msgspec.json.decode(line, type=LabelledQuestion)
        except msgspec.DecodeError as error:
            problems.append(Problem(path, number, _explain(str(error))[0]))
            continue
        unknown = [name for name in question.entries if name not in knowledge.entry]
        problems += [Problem(path, number, f"{question.id}: ないQ&Aを指しています: {name}") for name in unknown]
        questions.append(question)
    if problems:
        raise KnowledgeError(problems)
    return tuple(questions)
