"""A measured figure with its goal, and the table that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement; `goal` is the most it may be, None where it only stands beside."""

    name: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal holds."""
        return self.goal is None or self.value <= self.goal


def show(title: str, figures: Sequence[Figure]) -> bool:
    """Prints the figures; returns whether all goals are met."""
    table = Table("項目", title=title)
    for heading in ("実測", "目標(以下)", ""):
        table.add_column(heading, justify="right")
    for figure in figures:
        goal = "" if figure.goal is None else f"{figure.goal:g} {figure.unit}"
        table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", goal, "" if figure.is_met else "未達")
    Console().print(table)
    return all(figure.is_met for figure in figures)
