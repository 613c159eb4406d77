"""Limits of Flex containers and components (LINE reference, "Flex Message")."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.line.counting import has_lone_surrogate, is_blank, wire_bytes
from connectors.line.limit_actions import FLEX_BUTTON, FLEX_OTHER, action
from connectors.line.limit_strings import Found, Json, https_url, listed, objects, one_of

# Bytes. LINE says 30 KB and 50 KB without saying which kilobyte; the smaller one is always safe.
LARGEST_BUBBLE = 30_000
LARGEST_CAROUSEL = 50_000
MOST_BUBBLES = 12
BUBBLE_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
TEXT_SIZES = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")
_BLOCKS = ("header", "hero", "body", "footer")
_IN_BOX = ("box", "button", "image", "text", "separator", "filler")
_IN_BASELINE = ("icon", "text", "filler")
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_PIXELS = re.compile(r"\d+(?:\.\d+)?px")


def container(value: Any, path: str) -> Found:
    """What is wrong with a bubble or a carousel."""
    if not isinstance(value, Mapping):
        yield f"{path}: must be specified"
    elif value.get("type") == "carousel":
        yield from _carousel(value, path)
    else:
        yield from _bubble(value, path)


def _carousel(value: Json, path: str) -> Found:
    yield from _size(value, path, LARGEST_CAROUSEL)
    yield from listed(value, "contents", path, 1, MOST_BUBBLES)
    bubbles = [item for item in objects(value, "contents") if isinstance(item, Mapping)]
    if len({bubble.get("size", "mega") for bubble in bubbles}) > 1:
        yield f"{path}.contents: bubbles must have one width"
    for position, bubble in enumerate(bubbles):
        yield from _bubble(bubble, f"{path}.contents[{position}]")


def _size(value: Json, path: str, most: int) -> Found:
    if (size := wire_bytes(value)) > most:
        yield f"{path}: JSON must be at most {most} bytes, is {size}"


def _bubble(value: Json, path: str) -> Found:
    yield from one_of(value, "type", path, ("bubble",))
    yield from _size(value, path, LARGEST_BUBBLE)
    if "size" in value:
        yield from one_of(value, "size", path, BUBBLE_SIZES)
    if not any(value.get(block) for block in _BLOCKS):
        yield f"{path}: at least one block must be specified"
    for block in _BLOCKS:
        if block in value:
            allowed = ("box", "image", "video") if block == "hero" else ("box",)
            yield from _component(value[block], f"{path}.{block}", allowed)
    if "action" in value:
        yield from action(value["action"], f"{path}.action", FLEX_OTHER)


def _component(value: Any, path: str, allowed: tuple[str, ...]) -> Found:
    if not isinstance(value, Mapping):
        yield f"{path}: must be an object"
        return
    yield from one_of(value, "type", path, allowed)
    yield from _colors(value, path)
    kind = value.get("type")
    if kind == "box":
        yield from _box(value, path)
    elif kind == "text":
        yield from _text(value, path)
    elif kind in {"image", "icon"}:
        yield from https_url(value, "url", path)
    if kind == "button" or "action" in value:
        yield from action(value.get("action"), f"{path}.action", FLEX_BUTTON if kind == "button" else FLEX_OTHER)


def _box(value: Json, path: str) -> Found:
    yield from one_of(value, "layout", path, ("horizontal", "vertical", "baseline"))
    if not isinstance(value.get("contents"), list | tuple):
        yield f"{path}.contents: must be a list"
    inside = _IN_BASELINE if value.get("layout") == "baseline" else _IN_BOX
    for position, item in enumerate(objects(value, "contents")):
        yield from _component(item, f"{path}.contents[{position}]", inside)


def _text(value: Json, path: str) -> Found:
    spans = objects(value, "contents")
    for position, span in enumerate(spans):
        if isinstance(span, Mapping):
            yield from _words(span, f"{path}.contents[{position}]")
    if not spans:
        yield from _words(value, path)
    size = value.get("size", "md")
    if size not in TEXT_SIZES and not _PIXELS.fullmatch(str(size)):
        yield f"{path}.size: must be one of {', '.join(TEXT_SIZES)} or pixels"


def _words(value: Json, path: str) -> Found:
    text = value.get("text")
    if not isinstance(text, str) or is_blank(text):
        yield f"{path}.text: must be non-empty text"
    elif has_lone_surrogate(text):
        yield f"{path}.text: holds half of a surrogate pair"


def _colors(value: Json, path: str) -> Found:
    for key in ("color", "backgroundColor", "borderColor"):
        if key in value and not _COLOR.fullmatch(str(value[key])):
            yield f"{path}.{key}: must be a hexadecimal color code"
