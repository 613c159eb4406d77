"""Limits of rich menus (LINE reference, "Rich menu structure" and "Requirements for rich menu image")."""

from collections.abc import Mapping
from typing import Any

from connectors.line.limit_actions import RICH_MENU, action
from connectors.line.limit_strings import GRAPHEMES, Found, Json, listed, objects, string

LARGEST_IMAGE = 1_000_000  # bytes; JPEG or PNG
WIDTHS = range(800, 2501)  # pixels
LEAST_HEIGHT = 250  # pixels
LEAST_RATIO = 1.45  # width / height
MOST_AREAS = 20
LONGEST_NAME = 300  # grapheme clusters, as below
LONGEST_BAR_TEXT = 14


def rich_menu_violations(menu: Mapping[str, Any]) -> tuple[str, ...]:
    """What LINE would refuse in a rich menu object, as "JSON path: what is wrong"; empty where all is well."""
    return tuple(_menu(menu))


def _menu(menu: Json) -> Found:
    yield from _size(menu.get("size"))
    if not isinstance(menu.get("selected"), bool):
        yield "menu.selected: must be true or false"
    yield from string(menu, "name", "menu", LONGEST_NAME, GRAPHEMES)
    yield from string(menu, "chatBarText", "menu", LONGEST_BAR_TEXT, GRAPHEMES)
    yield from listed(menu, "areas", "menu", 0, MOST_AREAS)
    for position, area in enumerate(objects(menu, "areas")):
        if isinstance(area, Mapping):
            yield from _bounds(area.get("bounds"), menu.get("size"), f"menu.areas[{position}].bounds")
            yield from action(area.get("action"), f"menu.areas[{position}].action", RICH_MENU)


def _size(size: Any) -> Found:
    width, height = _number(size, "width"), _number(size, "height")
    if width not in WIDTHS:
        yield f"menu.size.width: must be between {WIDTHS[0]} and {WIDTHS[-1]}, is {width}"
    if height < LEAST_HEIGHT:
        yield f"menu.size.height: must be at least {LEAST_HEIGHT}, is {height}"
    elif width / height < LEAST_RATIO:
        yield f"menu.size: width / height must be at least {LEAST_RATIO}"


def _bounds(bounds: Any, size: Any, path: str) -> Found:
    x, y, width, height = (_number(bounds, key) for key in ("x", "y", "width", "height"))
    if x < 0 or y < 0 or width <= 0 or height <= 0:
        yield f"{path}: must have x and y from 0 and a positive size"
    elif x + width > _number(size, "width") or y + height > _number(size, "height"):
        yield f"{path}: must lie within the menu"


def _number(holder: Any, key: str) -> int:
    """A whole number; -1 where there is none."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, int) else -1
