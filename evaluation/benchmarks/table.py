"""A measured figure with its goal, and the table that shows them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement; `goal` is the most it may be, `at_least` the least, None where it only stands beside."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal holds."""
        below = self.goal is None or self.value <= self.goal
        return below and (self.at_least is None or self.value >= self.at_least)

    @property
    def goal_words(self) -> str:
        """The goal as people read it; empty where there is none."""
        most = "" if self.goal is None else f"≤ {self.goal:g} {self.unit}"
        least = "" if self.at_least is None else f"≥ {self.at_least:g} {self.unit}"
        return " ".join(filter(None, (least, most)))


def show(title: str, figures: Sequence[Figure]) -> bool:
    """Prints the figures; returns whether all goals are met."""
    table = Table("項目", title=title)
    for heading in ("実測", "目標", ""):
        table.add_column(heading, justify="right")
    for figure in figures:
        value = f"{_written(figure.value)} {figure.unit}"
        table.add_row(figure.name, value, figure.goal_words, "" if figure.is_met else "未達")
    Console().print(table)
    return all(figure.is_met for figure in figures)


def percentile(values: Sequence[float], percent: int) -> float:
    """The least value that so many per cent do not exceed; 0 where nothing was measured: goals on counts tell that."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1] if values else 0.0


def _written(value: float) -> str:
    """Three digits, and whole numbers whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
