"""Reads YAML so that every value knows its line.

Scalars stay strings (no YAML 1.1 surprises with `no`, `012` or dates); the caller's types decide what they mean.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import KnowledgeError, Problem

Steps = tuple[str | int, ...]


@dataclass(slots=True)
class YamlFile:
    """The content of a YAML file, and the line (from 1) of every value by its path of keys and positions."""

    path: Path
    content: Any = None
    lines: dict[Steps, int] = field(default_factory=dict)

    def line(self, steps: Steps) -> int:
        """The line of the value at `steps`, or of the nearest value around it."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)


def read_text(path: Path) -> str:
    """Reads a curated file; a byte order mark, as spreadsheets write it, is dropped.

    Raises:
        KnowledgeError: The file is missing or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise KnowledgeError([Problem(path, 1, "ファイルがありません")]) from error
    except OSError as error:
        raise KnowledgeError([Problem(path, 1, f"ファイルを読めません: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise KnowledgeError([Problem(path, line, "文字コードがUTF-8ではありません")]) from error


def read_yaml(path: Path) -> YamlFile:
    """Reads one YAML document.

    Raises:
        KnowledgeError: The file is missing, not UTF-8, not YAML, or repeats a key.
    """
    file = YamlFile(path)
    text = read_text(path)
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        message = f"YAMLとして読めません。字下げ(空白)、「: 」のあと、引用符を確かめてください: {error.problem}"
        raise KnowledgeError([Problem(path, _line_of(error), message)]) from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise KnowledgeError([Problem(path, line, "使えない文字(制御文字)があります")]) from error
    file.content = _value(node, (), file)
    return file


def _line_of(error: yaml.MarkedYAMLError) -> int:
    """Where to look: the problem, or the opening quote of a text that never ends."""
    mark = error.context_mark if "scalar" in (error.context or "") else error.problem_mark
    return mark.line + 1 if mark else 1


def _value(node: yaml.Node | None, steps: Steps, file: YamlFile) -> Any:
    if node is None:
        return None
    file.lines[steps] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*steps, position), file) for position, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, steps, file)
    return node.value


def _mapping(node: yaml.MappingNode, steps: Steps, file: YamlFile) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in mapping:
            problem = Problem(file.path, key_node.start_mark.line + 1, f"同じ項目が二度あります: {key}")
            raise KnowledgeError([problem])
        mapping[key] = _value(value_node, (*steps, key), file)
        file.lines[(*steps, key)] = key_node.start_mark.line + 1
    return mapping
