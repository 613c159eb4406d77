"""Limits of template messages (LINE reference, "Template messages")."""

from collections.abc import Mapping
from typing import Any

from connectors.line.limit_actions import IMAGE_CAROUSEL, TEMPLATE, action
from connectors.line.limit_strings import GRAPHEMES, Found, Json, https_url, listed, objects, one_of, string

LONGEST_TITLE = 40  # grapheme clusters, as all below
LONGEST_CONFIRM = 240
LONGEST_BUTTONS = 160
LONGEST_COLUMN = 120
LONGEST_BESIDE_TITLE = 60  # text of buttons and columns that have a title or an image
MOST_COLUMNS = 10


def template(value: Any, path: str) -> Found:
    """What is wrong with the `template` of a template message."""
    if not isinstance(value, Mapping):
        yield f"{path}: must be specified"
        return
    yield from one_of(value, "type", path, ("buttons", "confirm", "carousel", "image_carousel"))
    match value.get("type"):
        case "buttons":
            yield from _titled(value, path, LONGEST_BUTTONS)
            yield from _actions(value, path, 1, 4)
        case "confirm":
            yield from string(value, "text", path, LONGEST_CONFIRM, GRAPHEMES)
            yield from _actions(value, path, 2, 2)
        case "carousel":
            yield from _columns(value, path)
        case "image_carousel":
            yield from _image_columns(value, path)


def _titled(value: Json, path: str, longest: int) -> Found:
    """Title, image, text and default action, which buttons and columns share."""
    beside = value.get("title") is not None or value.get("thumbnailImageUrl") is not None
    yield from string(value, "text", path, LONGEST_BESIDE_TITLE if beside else longest, GRAPHEMES)
    yield from string(value, "title", path, LONGEST_TITLE, GRAPHEMES, required=False)
    yield from https_url(value, "thumbnailImageUrl", path, required=False)
    if "defaultAction" in value:
        yield from action(value["defaultAction"], f"{path}.defaultAction", TEMPLATE)


def _actions(value: Json, path: str, least: int, most: int) -> Found:
    yield from listed(value, "actions", path, least, most)
    for position, item in enumerate(objects(value, "actions")):
        yield from action(item, f"{path}.actions[{position}]", TEMPLATE)


def _columns(value: Json, path: str) -> Found:
    yield from listed(value, "columns", path, 1, MOST_COLUMNS)
    columns = [item for item in objects(value, "columns") if isinstance(item, Mapping)]
    for position, column in enumerate(columns):
        where = f"{path}.columns[{position}]"
        yield from _titled(column, where, LONGEST_COLUMN)
        yield from _actions(column, where, 1, 3)
    if len({len(objects(column, "actions")) for column in columns}) > 1:
        yield f"{path}.columns: all must have the same number of actions"
    for key in ("title", "thumbnailImageUrl"):
        if len({column.get(key) is not None for column in columns}) > 1:
            yield f"{path}.columns: all or none must have {key}"


def _image_columns(value: Json, path: str) -> Found:
    yield from listed(value, "columns", path, 1, MOST_COLUMNS)
    for position, column in enumerate(objects(value, "columns")):
        if isinstance(column, Mapping):
            where = f"{path}.columns[{position}]"
            yield from https_url(column, "imageUrl", where)
            yield from action(column.get("action"), f"{where}.action", IMAGE_CAROUSEL)
