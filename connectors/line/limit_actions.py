"""Limits of action objects (LINE reference, "Action objects")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.line.limit_strings import GRAPHEMES, UTF16, Found, Json, one_of, string, uri

LONGEST_DATA = 300  # UTF-16 units
LONGEST_SAID = 300  # grapheme clusters; displayText, text, fillInText
LONGEST_COPIED = 1000  # UTF-16 units; clipboardText
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
PICKER_MODES = ("date", "time", "datetime")
COMMON = ("postback", "message", "uri", "datetimepicker", "clipboard")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an action stands: how long its label may be (grapheme clusters), whether it needs one, what is allowed."""

    label: int
    label_required: bool
    types: tuple[str, ...] = COMMON


QUICK_REPLY = Place(20, label_required=True, types=(*COMMON, "camera", "cameraRoll", "location"))
TEMPLATE = Place(20, label_required=True)
IMAGE_CAROUSEL = Place(12, label_required=False)
FLEX_BUTTON = Place(40, label_required=True)
FLEX_OTHER = Place(40, label_required=False)
RICH_MENU = Place(20, label_required=False, types=(*COMMON, "richmenuswitch"))


def action(value: Any, path: str, place: Place) -> Found:
    """What is wrong with an action that stands in `place`."""
    if not isinstance(value, Mapping):
        yield f"{path}: must be specified"
        return
    yield from one_of(value, "type", path, place.types)
    yield from string(value, "label", path, place.label, GRAPHEMES, required=place.label_required)
    yield from _own_properties(value, path)


def _own_properties(value: Json, path: str) -> Found:
    match value.get("type"):
        case "postback":
            yield from _postback(value, path)
        case "message":
            yield from string(value, "text", path, LONGEST_SAID, GRAPHEMES)
        case "uri":
            yield from uri(value, "uri", path)
            if isinstance(other := value.get("altUri"), Mapping):
                yield from uri(other, "desktop", f"{path}.altUri")
        case "datetimepicker":
            yield from string(value, "data", path, LONGEST_DATA, UTF16)
            yield from one_of(value, "mode", path, PICKER_MODES)
        case "richmenuswitch":
            yield from string(value, "data", path, LONGEST_DATA, UTF16)
            yield from string(value, "richMenuAliasId", path, 32, UTF16)
        case "clipboard":
            yield from string(value, "clipboardText", path, LONGEST_COPIED, UTF16)


def _postback(value: Json, path: str) -> Found:
    yield from string(value, "data", path, LONGEST_DATA, UTF16)
    for key in ("displayText", "text", "fillInText"):
        yield from string(value, key, path, LONGEST_SAID, GRAPHEMES, required=False)
    if "displayText" in value and "text" in value:
        yield f"{path}: displayText and text can't both be used"
    if "inputOption" in value:
        yield from one_of(value, "inputOption", path, INPUT_OPTIONS)
    if "fillInText" in value and value.get("inputOption") != "openKeyboard":
        yield f"{path}.fillInText: needs inputOption openKeyboard"
