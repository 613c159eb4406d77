"""Checks of single properties: required, not empty, not too long; URIs. Each finding is "path: what is wrong"."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.line.counting import grapheme_length, has_lone_surrogate, is_blank, utf16_length

LONGEST_ACTION_URI = 1000  # UTF-16 units; LINE reference, URI action
LONGEST_IMAGE_URL = 2000  # UTF-16 units; LINE reference, image message
ACTION_SCHEMES = ("http", "https", "line", "tel")
# RFC 3986 without the brackets of IP literals; LINE asks for UTF-8 percent-encoding and answers "invalid uri".
_ENCODED = r"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
_URI = re.compile(rf"({'|'.join(ACTION_SCHEMES)}):{_ENCODED}+(?:#{_ENCODED}*)?", re.IGNORECASE)
_TELEPHONE = re.compile(r"tel:[+*#]?[0-9][0-9\-]*")

Found = Iterator[str]
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unit:
    """In what a length is counted."""

    name: str
    count: Callable[[str], int]


UTF16 = Unit("UTF-16 units", utf16_length)
GRAPHEMES = Unit("grapheme clusters", grapheme_length)


def string(holder: Json, key: str, path: str, most: int, unit: Unit, *, required: bool = True) -> Found:
    """A text property: present if required, visible, whole, and at most `most` units long."""
    where, value = f"{path}.{key}", holder.get(key)
    if value is None:
        if required:
            yield f"{where}: must be specified"
    elif not isinstance(value, str):
        yield f"{where}: must be a string"
    elif is_blank(value):
        yield f"{where}: may not be empty"
    elif has_lone_surrogate(value):
        yield f"{where}: holds half of a surrogate pair"
    elif (length := unit.count(value)) > most:
        yield f"{where}: length must be at most {most} {unit.name}, is {length}"


def listed(holder: Json, key: str, path: str, least: int, most: int) -> Found:
    """A list property of `least` to `most` objects."""
    where, value = f"{path}.{key}", holder.get(key)
    if not isinstance(value, list | tuple):
        yield f"{where}: must be a list"
    elif not least <= len(value) <= most:
        yield f"{where}: size must be between {least} and {most}, is {len(value)}"
    for position, item in enumerate(objects(holder, key)):
        if not isinstance(item, Mapping):
            yield f"{where}[{position}]: must be an object"


def objects(holder: Json, key: str) -> tuple[Any, ...]:
    """What a list property holds; nothing where it is no list."""
    value = holder.get(key)
    return tuple(value) if isinstance(value, list | tuple) else ()


def one_of(holder: Json, key: str, path: str, allowed: tuple[str, ...]) -> Found:
    """A property with a closed set of values."""
    if holder.get(key) not in allowed:
        yield f"{path}.{key}: must be one of {', '.join(allowed)}"


def uri(holder: Json, key: str, path: str, *, required: bool = True) -> Found:
    """A URI that a tap opens: http, https, line or tel, percent-encoded (LINE reference, URI action)."""
    found = tuple(string(holder, key, path, LONGEST_ACTION_URI, UTF16, required=required))
    yield from found
    value = holder.get(key)
    if not found and isinstance(value, str) and not is_sendable_uri(value):
        yield f"{path}.{key}: invalid uri"


def is_sendable_uri(value: str) -> bool:
    """Whether a URI has an allowed scheme and only characters that need no further encoding."""
    found = _URI.fullmatch(value)
    if found is None:
        return False
    match found[1].lower():
        case "tel":
            return _TELEPHONE.fullmatch(value) is not None
        case "line":
            return True
    return _has_host(value)


def _has_host(value: str) -> bool:
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def https_url(holder: Json, key: str, path: str, *, required: bool = True) -> Found:
    """The address of an image: HTTPS only."""
    found = tuple(string(holder, key, path, LONGEST_IMAGE_URL, UTF16, required=required))
    yield from found
    value = holder.get(key)
    if not found and isinstance(value, str) and not (value.startswith("https://") and is_sendable_uri(value)):
        yield f"{path}.{key}: must be an https url"
