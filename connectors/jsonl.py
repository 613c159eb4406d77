"""Reads JSON Lines that people wrote; what is wrong is told with file and line before anything is done."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def read_jsonl(path: Path, problem: Callable[[dict[str, Any]], str]) -> list[dict[str, Any]]:
    """The objects of a JSONL file; `problem` says what is wrong with one, or nothing.

    Raises:
        click.ClickException: The file cannot be read, or a line is not what it has to be.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: 読めません: {error}") from error
    return [_row(path, number, line, problem) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: Path, number: int, line: str, problem: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise click.ClickException(f"{path}:{number}: JSONとして読めません: {error.msg}") from error
    except RecursionError as error:
        raise click.ClickException(f"{path}:{number}: JSONの入れ子が深すぎて読めません") from error
    wrong = problem(row) if isinstance(row, dict) else "JSONのオブジェクトが必要です"
    if wrong:
        raise click.ClickException(f"{path}:{number}: {wrong}")
    return row  # type: ignore[no-any-return]
