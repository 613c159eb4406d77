"""How a text sounds, in hiragana: finds what was written in kana (ゆうし) or with the wrong characters (保障 for 保証)."""

import re

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_ALIKE = str.maketrans("ぢづをゎ", "じずおわ", "ー")
# Long vowels are written in many ways (融資 is ゆうし, ユーシ or ゆーし): all lose their length.
_LONG_O = re.compile("(?<=[うおくこすそつとぬのふほむもゆよるろぐごずぞどぶぼぷぽゅょ])う")
_LONG_E = re.compile("(?<=[えけせてねへめれげぜでべぺ])い")
_KANA = re.compile("[ぁ-んァ-ヶー]+")


def to_hiragana(text: str) -> str:
    """Katakana as hiragana; everything else as it is."""
    return text.translate(_KATAKANA_TO_HIRAGANA)


def sound(surface: str, pronunciation: str) -> str:
    """A word as it sounds; kana speak for themselves, however they were cut into words.

    >>> sound("融資", "ユーシ"), sound("ゆうし", "")
    ('ゆし', 'ゆし')
    """
    spoken = surface if _KANA.fullmatch(surface) or not pronunciation else pronunciation
    return _LONG_E.sub("", _LONG_O.sub("", to_hiragana(spoken).translate(_ALIKE)))
