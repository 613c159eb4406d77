"""Numbers as owners write them, folded to plain digits: 8千万円, 8,000万円 and 八千万円 are 80000000円."""

import re
from decimal import Decimal

_DIGIT = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_COUNTERS = r"円|人|名|年|か月|ヶ月|カ月|ヵ月|ケ月|箇月|月|日|割|社|回|件|歳|才|期|倍|代|台|店|%"
_ARABIC = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_LONGEST = 32  # characters of one number; anything longer is not an amount

_WITH_UNITS = re.compile(rf"(?:{_ARABIC})[十百千]?[万億兆](?:(?:{_ARABIC})?[十百千]?[万億兆]?)*")
_SMALL_AMOUNT = re.compile(rf"(?:{_ARABIC})[百千](?=円|人|名|社)")
_GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_KANJI_LARGE = re.compile(
    r"[一二三四五六七八九十百千][〇零一二三四五六七八九十百千]*[万億兆][〇零一二三四五六七八九十百千万億兆]*"
)
_KANJI_COUNTED = re.compile(
    rf"(?:[一二三四五六七八九][〇零一二三四五六七八九十百千]*|[十百千][一二三四五六七八九十百千]*)(?={_COUNTERS})"
)
_PIECE = re.compile(rf"{_ARABIC}|.")


def _value(numeral: str) -> Decimal:
    total = section = Decimal(0)
    pending: Decimal | None = None
    for piece in _PIECE.findall(numeral):
        if piece in _LARGE:
            section += pending or 0
            total += (section or 1) * _LARGE[piece]
            section, pending = Decimal(0), None
        elif piece in _SMALL:
            section += (1 if pending is None else pending) * _SMALL[piece]
            pending = None
        elif piece in _DIGIT:
            pending = (pending or Decimal(0)) * 10 + _DIGIT[piece]
        else:
            pending = Decimal(piece.replace(",", ""))
    return total + section + (pending or 0)


def _plain(match: re.Match[str]) -> str:
    numeral = match.group()
    if len(numeral) > _LONGEST:
        return numeral
    value = _value(numeral)
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")


def fold_numbers(text: str) -> str:
    """Replaces amounts in `text` (already NFKC) by plain decimal digits; other digits and kanji stay as they are.

    Kanji numerals count only where they must be numbers: with 万/億/兆, or before a counter (三年, 五十人), so
    三重県, 八百屋 and 万一 stay words.
    """
    for pattern in (_WITH_UNITS, _SMALL_AMOUNT, _KANJI_LARGE, _KANJI_COUNTED, _GROUPED):
        text = pattern.sub(_plain, text)
    return text
