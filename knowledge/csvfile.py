"""Reads CSV so that every row knows the line on which it begins."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import KnowledgeError, Problem
from knowledge.yamlfile import read_text


@dataclass(frozen=True, slots=True)
class CsvRow:
    """The cells of a row and the line (from 1) on which it begins."""

    line: int
    cells: list[str]


def read_csv(path: Path) -> list[CsvRow]:
    """The rows that are not blank, the header first; of an empty file, a header without cells.

    Raises:
        KnowledgeError: The file is missing, not UTF-8 or not CSV.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append(CsvRow(line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"CSVとして読めません。引用符を確かめてください: {error}"
        raise KnowledgeError([Problem(path, line, message)]) from error
    return [row for row in rows if row.cells] or [CsvRow(1, [])]
