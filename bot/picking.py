"""Which of the offered entries is meant: 「2」「二番目」「最後の」, or the words in which it was offered."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.conversation import Offer
from knowledge.text.normalize import normalize

SAME_WORDS = 88.0  # rapidfuzz ratio from which a text is taken for an offer's words
_KANJI = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_NUMBER = re.compile(
    r"\(?([1-5一二三四五])\)?(?:番|つ|個)?(?:目)?(?:の(?:やつ|もの|質問|項目)?)?(?:です|で|を|が)?(?:お願いします|いいです|知りたいです?)?"
)
_ORDINAL = {
    "最初": 0, "最初の": 0, "一番上": 0, "1番上": 0, "上の": 0, "上": 0, "はじめの": 0,
    "真ん中": 1, "真ん中の": 1, "まんなか": 1, "最後": -1, "最後の": -1, "一番下": -1, "1番下": -1, "下の": -1,
}  # fmt: skip


def picked(text: str, offered: Sequence[Offer]) -> Offer | None:
    """The offer that a text means; None where it means none of them. `text` is in normal form."""
    if not offered:
        return None
    bare = text.rstrip("。!?. ")
    if bare in _ORDINAL:
        return offered[_ORDINAL[bare]] if -1 <= _ORDINAL[bare] < len(offered) else None
    if number := _NUMBER.fullmatch(bare):
        place = _KANJI.get(number[1]) or int(number[1])
        return offered[place - 1] if place <= len(offered) else None
    best = max(offered, key=lambda offer: fuzz.ratio(bare, normalize(offer.label)))
    return best if fuzz.ratio(bare, normalize(best.label).rstrip("。!?. ")) >= SAME_WORDS else None
