"""From a text to what is indexed: UniDic lemmas, terms of this field, and character n-grams.

The same `Analyzer` reads the knowledge and the questions, so that both always meet in the same form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import fugashi

from knowledge.text.lexicon import Lexicon
from knowledge.text.normalize import normalize
from knowledge.text.sounds import sound, to_hiragana

LONGEST_TEXT = 4_000  # characters that are analysed; twice what a user may send
_IGNORED_POS = ("助詞", "助動詞", "補助記号", "空白", "記号", "感動詞")
_INFLECTED_POS = ("動詞", "形容詞")
_IGNORED_LEMMAS = frozenset(
    [
        "為る",
        "有る",
        "居る",
        "成る",
        "御",
        "其の",
        "此の",
        "言う",
        "物",
        "事",
        "様",
        "です",
        "ます",
        "呉れる",
        "下さる",
        "頂く",
        "貰う",
        "良い",
    ]
)
# Ids of terms.yaml that name a kind of answer.
WANTED = ("q-amount", "q-when", "q-where", "q-who", "q-how", "q-why", "q-merit", "q-risk", "q-difference", "q-what")
_OF_EVERY_FIELD = ("q-", "g-")  # how ids of terms.yaml begin that name no subject
_NUMBER = re.compile(r"[0-9]+")
_NEGATIONS = frozenset(("ない", "無い", "ず", "ぬ"))


@dataclass(frozen=True, slots=True)
class Token:
    """One word as UniDic cuts it: surface, dictionary form, reading of it (katakana), part of speech, span, sound."""

    surface: str
    lemma: str
    reading: str
    pos: str
    start: int
    end: int
    sound: str = ""

    @property
    def is_content(self) -> bool:
        """Whether the word carries meaning of its own and is worth indexing."""
        return not self.pos.startswith(_IGNORED_POS) and self.lemma not in _IGNORED_LEMMAS


@dataclass(frozen=True, slots=True)
class Mention:
    """A term of this field found in a text: its span, and the ids of what it names."""

    start: int
    end: int
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """A text in its normal form, its tokens, and the terms of this field that it mentions."""

    text: str
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]

    @cached_property
    def concepts(self) -> tuple[str, ...]:
        """The ids of what the text mentions, each once."""
        return tuple(dict.fromkeys(concept for mention in self.mentions for concept in mention.concepts))

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Index terms with repetitions: lemmas of content words, and concepts marked with '@'."""
        lemmas = [token.lemma for token in self.tokens if token.is_content]
        return (*lemmas, *(f"@{concept}" for concept in self.concepts))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The concepts that are of this field, without kinds of answer and words of every field."""
        return tuple(concept for concept in self.concepts if not concept.startswith(_OF_EVERY_FIELD))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers in the text (別表3, 5年), as they stand in its normal form."""
        return frozenset(_NUMBER.findall(self.text))

    @cached_property
    def wants(self) -> int:
        """The kinds of answer that the text asks for (amount, time, place …), as bits (see `WANTED`)."""
        return sum(1 << number for number, wanted in enumerate(WANTED) if wanted in self.concepts)

    @cached_property
    def is_negated(self) -> bool:
        """Whether the text denies something (倒産していなくても, 払えない)."""
        return any(token.lemma in _NEGATIONS for token in self.tokens)

    @cached_property
    def grams(self) -> tuple[str, ...]:
        """Bigrams and trigrams of the text in hiragana, and trigrams of its sound (marked), without punctuation."""
        letters = "".join(filter(str.isalnum, to_hiragana(self.text)))
        sounds = "".join(filter(str.isalnum, (token.sound for token in self.tokens)))
        return (
            *(letters[i : i + size] for size in (2, 3) for i in range(len(letters) - size + 1)),
            *(f"~{sounds[i : i + 3]}" for i in range(len(sounds) - 2)),
        )


class Analyzer:
    """Analyses texts with MeCab and unidic-lite (fugashi) and a lexicon of this field's terms.

    Safe to share between threads: `Tagger.parse` returns one string while it holds the interpreter lock.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._tagger = fugashi.Tagger()
        self._lexicon = lexicon

    def analyze(self, text: str) -> Analysis:
        """Analyses the first `LONGEST_TEXT` characters of any string; never fails."""
        normal = normalize(text[:LONGEST_TEXT])
        tokens = self._tokens(normal)
        spans = {token.start: token.end for token in tokens}
        mentions = [Mention(*found) for found in self._lexicon.find(normal, spans)]
        return Analysis(normal, tokens, (*mentions, *self._inflected(tokens, mentions)))

    def _inflected(self, tokens: tuple[Token, ...], mentions: list[Mention]) -> Iterator[Mention]:
        """Verbs and adjectives that are terms by their dictionary form (飛んだら → 飛ぶ)."""
        covered = {position for mention in mentions for position in range(mention.start, mention.end)}
        for token in tokens:
            inflected = token.pos.startswith(_INFLECTED_POS) and token.start not in covered
            if inflected and (concepts := self._lexicon.exact(token.lemma)):
                yield Mention(token.start, token.end, concepts)

    def _tokens(self, text: str) -> tuple[Token, ...]:
        tokens, position = [], 0
        for line in self._tagger.parse(text).split("\n"):
            if word := _word(line):
                surface, lemma, reading, pos, said = word
                start = text.index(surface, position)
                position = start + len(surface)
                tokens.append(Token(surface, lemma, reading, pos, start, position, said))
        return tuple(tokens)


@lru_cache(maxsize=4096)  # most words of a text are among the few thousand that every text is made of
def _word(line: str) -> tuple[str, str, str, str, str] | None:
    """Surface, lemma, reading, part of speech and sound of a line that MeCab prints; None for the end of the text."""
    surface, *features = line.split("\t")
    if len(features) < 4:
        return None
    return surface, features[2].partition("-")[0] or surface, features[1], features[3], sound(surface, features[0])
