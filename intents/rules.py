"""Intents by rules: patterns that must win over any statistics, read from `intents/data/rules.yaml`."""

import re
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, get_args

from intents.model import IntentName
from knowledge.errors import KnowledgeError, Problem
from knowledge.yamlfile import YamlFile, read_yaml

DATA_FILE = Path(__file__).parent / "data" / "rules.yaml"
_PUNCTUATION = re.compile(r"[\s。、.,!?…・「」『』()\-~〜]+")
_LONGEST_WHOLE = 60  # characters; whatever is longer is not small talk
_KEYS = {"intent", "whole", "part", "unless"}


@dataclass(frozen=True, slots=True)
class Rule:
    """`whole` fits a text that holds nothing else; `part` fits anywhere, except where `unless` does too."""

    intent: IntentName
    whole: re.Pattern[str] | None
    part: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def fits(self, text: str) -> bool:
        """Whether the rule recognises a text in normal form."""
        if self.whole and len(text) <= _LONGEST_WHOLE:
            bare = _PUNCTUATION.sub("", text)
            if self.whole.fullmatch(bare) or self.whole.fullmatch(bare.rstrip("ー")):
                return True
        return bool(self.part and self.part.search(text) and not (self.unless and self.unless.search(text)))


def load_rules(path: Path = DATA_FILE) -> tuple[Rule, ...]:
    """Reads the rules in order of precedence.

    Raises:
        KnowledgeError: A rule is malformed; names file and line.
    """
    file = read_yaml(path)
    return tuple(_rule(file, position, row) for position, row in enumerate(file.content["rules"]))


def _rule(file: YamlFile, position: int, row: dict[str, Any]) -> Rule:
    line = file.line(("rules", position))
    unknown = set(row) - _KEYS
    if unknown or row.get("intent") not in get_args(IntentName):
        raise KnowledgeError([Problem(file.path, line, f"知らない項目か意図です: {unknown or row.get('intent')}")])
    try:
        whole = _joined(row.get("whole"))
        return Rule(
            intent=row["intent"],
            whole=re.compile(f"(?:{whole.pattern})+") if whole else None,
            part=_joined(row.get("part")),
            unless=_joined(row.get("unless")),
        )
    except re.error as error:
        raise KnowledgeError([Problem(file.path, line, f"正規表現として読めません: {error}")]) from error


def _joined(patterns: list[str] | None) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


def intent_of(text: str, rules: tuple[Rule, ...]) -> IntentName:
    """The intent of the first rule that fits a text in normal form; a question where none does."""
    return reduce(lambda found, rule: rule.intent if rule.fits(text) else found, reversed(rules), "question")
