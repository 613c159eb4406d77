"""Brings the many ways of writing the same Japanese text into one form.

Width and compatibility forms (Unicode NFKC, UAX #15), dashes and long-vowel marks, case, emoji, private-use
characters (LINE's own emoji), invisible characters, white space and numbers. Total: defined for every `str`.
"""

import re
import unicodedata

from knowledge.text.numbers import fold_numbers

_SPACE = " "
_DROPPED_CATEGORIES = {"Cf", "Cs", "Mn", "Me"}  # invisible marks, lone surrogates, variation selectors
_SPACED_CATEGORIES = {"Cc", "Cn", "Co", "So", "Sk", "Zs", "Zl", "Zp"}  # controls, private use, emoji, spaces
_DASHES = "‐‑‒–—―−─━﹘﹣－"
_KANA = "ぁ-ゖァ-ヺー"


class _CharacterTable(dict[int, str]):
    """A translation table for `str.translate` that decides by Unicode category on first sight."""

    def __missing__(self, codepoint: int) -> str:
        character = chr(codepoint)
        category = unicodedata.category(character)
        if character in _DASHES:
            folded = "-"
        elif category in _DROPPED_CATEGORIES and character not in "\u3099\u309a":
            folded = ""
        elif category in _SPACED_CATEGORIES:
            folded = _SPACE
        else:
            folded = character
        self[codepoint] = folded
        return folded


_TABLE = _CharacterTable()
_LONG_VOWEL = re.compile(rf"(?<=[{_KANA}])[-~〜ー]+(?=[{_KANA}]|\b|$)")
_HYPHEN = re.compile(r"(?<=[0-9a-z])ー(?=[0-9a-z])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def join_surrogates(text: str) -> str:
    """Joins surrogate pairs into characters and drops lone surrogates, so that the text can be encoded as UTF-8."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def normalize(text: str) -> str:
    """The one form of `text` that is indexed, matched and compared. Never fails and is idempotent."""
    folded = unicodedata.normalize("NFKC", join_surrogates(text)).translate(_TABLE)
    folded = unicodedata.normalize("NFKC", folded).lower().translate(_TABLE)
    folded = fold_numbers(_SPACES.sub(_SPACE, folded).strip())
    return _HYPHEN.sub("-", _LONG_VOWEL.sub("ー", folded))
