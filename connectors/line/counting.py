"""How LINE counts text, and shortening that never cuts a character apart. Knows nothing of messages.

LINE docs, "Character counting in a text": most properties count UTF-16 code units (😀 is 2), labels and what a tap
says count grapheme clusters (👨‍👩‍👧 is 1, UAX #29).
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import regex

ELLIPSIS = "…"
_CLUSTER = regex.compile(r"\X")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf"})  # Unicode categories: control and format characters


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def grapheme_length(text: str) -> int:
    """Length in extended grapheme clusters."""
    return sum(1 for _ in clusters(text))


def wire_bytes(value: Any) -> int:
    """Size of a JSON value in bytes, written as line-bot-sdk sends it (`json.dumps`: kana are escaped to 6 bytes)."""
    return len(json.dumps(value))


def clusters(text: str) -> Iterator[str]:
    """The extended grapheme clusters of a text, in order."""
    return (match[0] for match in _CLUSTER.finditer(text))


def is_blank(text: str) -> bool:
    """Whether a text shows nothing; LINE refuses empty text, and we treat invisible text alike."""
    return all(char.isspace() or unicodedata.category(char) in _INVISIBLE for char in text)


def has_lone_surrogate(text: str) -> bool:
    """Whether half of a surrogate pair is in a text; such a text cannot be written as UTF-8."""
    return _LONE_SURROGATE.search(text) is not None


def cleaned(text: str) -> str:
    """The text as LINE can carry it: one kind of line end, no control characters, lone surrogates replaced."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", joined.replace("\r\n", "\n").replace("\r", "\n"))


def shorten_utf16(text: str, limit: int) -> str:
    """The text within `limit` UTF-16 units, ending in … where something was left out.

    >>> shorten_utf16("😀😀😀", 5)
    '😀😀…'
    """
    return _shortened(text, limit, utf16_length)


def shorten_graphemes(text: str, limit: int) -> str:
    """The text within `limit` grapheme clusters, ending in … where something was left out.

    >>> shorten_graphemes("がぎぐげご", 4)
    'がぎぐ…'
    """
    return _shortened(text, limit, grapheme_length)


def _shortened(text: str, limit: int, size: Callable[[str], int]) -> str:
    if size(text) <= limit:
        return text
    left = limit - size(ELLIPSIS)
    if left < 0:
        return ""
    kept: list[str] = []
    for cluster in clusters(text):
        left -= size(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + ELLIPSIS
