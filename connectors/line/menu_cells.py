"""The six cells of the rich menu: their words, and what a tap sends. Pure.

Postback data that is no action of ours is read like a text (`connectors/line/parsing.py`), so a cell may send words
and still open the keyboard. A menu stays on phones until it is replaced: every cell must keep working.
"""

import datetime
from dataclasses import dataclass
from typing import Any

NAME_PREFIX = "sodan-menu "  # by which our old menus are known
BAR_TEXT = "メニュー"
COLUMNS, ROWS = 3, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what stands in it, what a tap sends to the bot, and what the user is shown to have said."""

    title: str
    caption: str
    icon: str
    data: str
    said: str
    opens_keyboard: bool = False
    is_main: bool = False


CELLS = (
    Cell(
        "質問する", "文字で自由に入力", "bubble", "質問があります", "質問があります", opens_keyboard=True, is_main=True
    ),
    Cell("分野から探す", "相談できる分野の一覧", "fields", "entry:service-001", "どんな分野を相談できますか"),
    Cell("よくある質問", "補助金・助成金から", "list", "補助金", "補助金"),
    Cell("専門家に相談", "人の相談員をご案内", "person", "person", "専門家に相談したい"),
    Cell("受付時間・連絡先", "自動応答は24時間", "clock", "entry:service-003", "受付時間と連絡先を教えてください"),
    Cell("使い方", "できることをご案内", "book", "使い方", "使い方"),
)


def menu(width: int, height: int, now: datetime.datetime) -> dict[str, Any]:
    """The rich menu for a picture of this size."""
    return {
        "size": {"width": width, "height": height},
        "selected": True,
        "name": f"{NAME_PREFIX}{now:%Y-%m-%d %H:%M:%S}",
        "chatBarText": BAR_TEXT,
        "areas": [
            {"bounds": _bounds(box), "action": _action(cell)}
            for cell, box in zip(CELLS, boxes(width, height), strict=True)
        ],
    }


def boxes(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each cell, row by row; together they fill the picture."""
    xs = [round(width * column / COLUMNS) for column in range(COLUMNS + 1)]
    ys = [round(height * row / ROWS) for row in range(ROWS + 1)]
    return [(xs[x], ys[y], xs[x + 1], ys[y + 1]) for y in range(ROWS) for x in range(COLUMNS)]


def _bounds(box: tuple[int, int, int, int]) -> dict[str, int]:
    left, top, right, bottom = box
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _action(cell: Cell) -> dict[str, str]:
    """Postbacks mean the same for ever; the label is what a screen reader says."""
    action = {"type": "postback", "label": cell.title, "data": cell.data, "displayText": cell.said}
    return {**action, "inputOption": "openKeyboard"} if cell.opens_keyboard else action
