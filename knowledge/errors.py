"""What can be wrong with curated data.

KnowledgeError
└── every problem found, each with the file, the line and the rule it breaks
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in curated data, worded for the editor who has to mend it."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class KnowledgeError(ValueError):
    """Curated data that must not reach users; `problems` is never empty."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        more = f" (ほか{len(problems) - 1}件)" if len(problems) > 1 else ""
        super().__init__(f"{self.problems[0]}{more}")
