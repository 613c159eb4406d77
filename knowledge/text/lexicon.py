"""The terms of this field, found whole in a text: a prefix tree over normalised words, in whichever kana."""

from collections.abc import Iterable, Iterator, Mapping

from knowledge.text.sounds import to_hiragana


class _Node:
    __slots__ = ("children", "concepts")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.concepts: tuple[str, ...] = ()


class Lexicon:
    """Maps every way of saying a term to the ids of what it names (one word may name several things)."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        """`words` holds pairs of a normalised word and a concept id."""
        self._root = _Node()
        for word, concept in words:
            self._add(word, concept)

    def _add(self, word: str, concept: str) -> None:
        node = self._root
        for character in to_hiragana(word):
            node = node.children.setdefault(character, _Node())
        if concept not in node.concepts:
            node.concepts = (*node.concepts, concept)

    def find(self, text: str, spans: Mapping[int, int]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Yields (start, end, concept ids) of the longest terms in `text`, left to right, without overlap.

        A term counts only where it starts at a token's start (a key of `spans`) and ends at a token's end (a
        value), so that 「IT」 is not found inside another word.
        """
        ends = set(spans.values())
        text = to_hiragana(text)  # of the same length
        position = 0
        for start in spans:
            if start >= position and (found := self._longest(text, start, ends)):
                yield start, *found
                position = found[0]

    def exact(self, word: str) -> tuple[str, ...]:
        """The concept ids of exactly this word; none where it is no term."""
        node: _Node | None = self._root
        for character in to_hiragana(word):
            node = node.children.get(character) if node else None
        return node.concepts if node else ()

    def _longest(self, text: str, start: int, ends: set[int]) -> tuple[int, tuple[str, ...]] | None:
        node: _Node | None = self._root
        best = None
        for position in range(start, len(text)):
            node = node.children.get(text[position]) if node else None
            if node is None:
                break
            if node.concepts and position + 1 in ends:
                best = (position + 1, node.concepts)
        return best
