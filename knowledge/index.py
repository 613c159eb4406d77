"""The search index: what is computed once from the curated entries so that a question is answered in a millisecond."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.latent import LatentSpace
from knowledge.postings import Counts, FloatArray, IntArray, Numbers, Postings
from knowledge.text.analyzer import Analysis


class Field(NamedTuple):
    """How much a field counts, and how much its length does (b)."""

    weight: float
    b: float


# BM25F (Zaragoza et al., "Microsoft Cambridge at TREC-13"): one saturated, length-normalised tf over all fields.
# Set on the development questions.
K1, K1_OF_GRAMS = 5.0, 2.0
SEVERAL, MOST_COMMON_GRAM = (
    3,
    0.2,
)  # n-grams stand in so many utterances at least, and in a share of all entries at most
UTTERANCES, ANSWER, GRAMS = Field(3.0, 0.5), Field(1.0, 0.5), Field(1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Document:
    """An entry as the index sees it: its question, variants and training phrases, and its answer, analysed.

    The first `curated` utterances are the question and the variants; 0 where all are.
    """

    utterances: tuple[Analysis, ...]
    answer: Analysis
    topic: str = ""
    curated: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms numbered from 0, each with its inverse document frequency over entries (BM25's, always positive)."""

    numbers: dict[str, int]
    idf: FloatArray
    unseen_idf: float

    @classmethod
    def build(cls, terms: Iterable[str], entries: Counts) -> "Vocabulary":
        """The `terms`, in the order of their numbers, with what their counts in entries say."""
        numbers = {term: number for number, term in enumerate(terms)}
        found = entries.frequencies(len(numbers))
        return cls(numbers, np.log1p((entries.size - found + 0.5) / (found + 0.5)), math.log1p(entries.size + 1))

    def known(self, terms: Iterable[str]) -> tuple[list[int], list[float], float]:
        """The numbers and idf of the different terms that are known, and the idf sum of all, unseen ones included."""
        different = dict.fromkeys(terms)  # in the order of the text, so that sums never depend on the hash seed
        numbers = [self.numbers[term] for term in different if term in self.numbers]
        factors: list[float] = self.idf[numbers].tolist() if numbers else []
        return numbers, factors, sum(factors) + self.unseen_idf * (len(different) - len(numbers))


@dataclass(frozen=True, slots=True)
class Index:
    """Inverted lists over entries and over their utterances.

    `starts[e]` is the first utterance of entry e; `mass[u]` the idf sum of utterance u; `texts[u]` its normal form;
    `negated[u]` whether utterance u denies something, `wants[u]` what kinds of answer it asks for; `concepts[e]` the concepts that entry e names,
    `subjects[e]` those of this field in its question, `numbers[e]` the numbers in its utterances, `curated[e]` how many
    of these are its question and variants, `topics[e]` the number of its topic.
    """

    words: Vocabulary
    grams: Vocabulary
    entry_words: Postings
    entry_grams: Postings
    answer_words: Postings
    utterance_words: Postings
    utterance_grams: Postings
    starts: NDArray[np.int64]
    mass: FloatArray
    negated: NDArray[np.bool_]
    wants: NDArray[np.int64]
    texts: list[str]
    concepts: list[tuple[str, ...]]
    subjects: list[tuple[str, ...]]
    numbers: list[tuple[str, ...]]
    curated: NDArray[np.int64]
    topics: NDArray[np.int64]
    latent_words: LatentSpace
    latent_grams: LatentSpace


def build_index(documents: Sequence[Document]) -> Index:
    """Builds the index of `documents`; positions in it are positions in `documents`."""
    utterances = [utterance for document in documents for utterance in document.utterances]
    lengths = np.array([len(document.utterances) for document in documents])
    owners = np.repeat(np.arange(len(documents)), lengths)
    numbers = Numbers()
    said = Counts.of([utterance.terms for utterance in utterances], numbers)
    answered = Counts.of([document.answer.terms for document in documents], numbers)
    said_of_entries = said.grouped(owners, len(documents))
    words = Vocabulary.build(numbers, Counts.together([said_of_entries, answered]))
    grams, sounded = _grams(utterances, owners, len(documents))
    entry_words = _bm25f([(said_of_entries, UTTERANCES), (answered, ANSWER)], words, K1)
    entry_grams = _bm25f([(sounded.grouped(owners, len(documents)), GRAMS)], grams, K1_OF_GRAMS)
    return Index(
        words=words,
        grams=grams,
        entry_words=entry_words,
        entry_grams=entry_grams,
        answer_words=Postings.build(answered, words.idf[answered.terms], len(words.idf)),
        utterance_words=Postings.build(said, words.idf[said.terms], len(words.idf)),
        utterance_grams=Postings.build(sounded, _unit(sounded, grams), len(grams.idf)),
        starts=np.concatenate(([0], np.cumsum(lengths)))[:-1].astype(np.int64),
        mass=np.maximum(said.sums(words.idf[said.terms]), 1e-9),
        negated=np.array([utterance.is_negated for utterance in utterances]),
        wants=np.array([utterance.wants for utterance in utterances], dtype=np.int64),
        texts=[utterance.text for utterance in utterances],
        concepts=[tuple(sorted(_concepts(document))) for document in documents],
        subjects=[document.utterances[0].subjects for document in documents],
        numbers=[tuple(sorted(_numbers(document))) for document in documents],
        curated=np.array([document.curated or len(document.utterances) for document in documents], dtype=np.int64),
        topics=_numbered([document.topic for document in documents]),
        latent_words=LatentSpace.build(entry_words),
        latent_grams=LatentSpace.build(entry_grams),
    )


def _grams(utterances: Sequence[Analysis], owners: IntArray, entries: int) -> tuple[Vocabulary, Counts]:
    """The n-grams that stand in several utterances, and their counts in utterances.

    Those of one or two, most of all, lead nowhere and take memory. Those of a good part of all entries (です), whose
    lists are the longest, tell nothing apart: they are known, but not counted.
    """
    numbers = Numbers()
    counted = Counts.of([utterance.grams for utterance in utterances], numbers)
    is_kept = counted.frequencies(len(numbers)) >= SEVERAL
    sounded = counted.kept(is_kept).renumbered(np.cumsum(is_kept) - 1)
    grams = Vocabulary.build(compress(numbers, is_kept), sounded.grouped(owners, entries))
    return grams, sounded.kept(grams.idf > math.log(1 / MOST_COMMON_GRAM))


def _concepts(document: Document) -> set[str]:
    return {concept for part in (*document.utterances, document.answer) for concept in part.concepts}


def _numbers(document: Document) -> set[str]:
    return {number for utterance in document.utterances for number in utterance.numbers}


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)


def _unit(counted: Counts, vocabulary: Vocabulary) -> FloatArray:
    """tf-idf, scaled so that each document has the length 1: a sum of products is a cosine then."""
    weights = counted.counts * vocabulary.idf[counted.terms]
    lengths = np.sqrt(counted.sums(weights**2))
    unit: FloatArray = weights / np.maximum(lengths, 1e-9)[counted.documents]
    return unit


def _bm25f(fields: Sequence[tuple[Counts, Field]], vocabulary: Vocabulary, k1: float) -> Postings:
    frequencies = Counts.together([_weighted(counted, field) for counted, field in fields])
    saturated = vocabulary.idf[frequencies.terms] * frequencies.counts / (k1 + frequencies.counts)
    return Postings.build(frequencies, saturated, len(vocabulary.idf))


def _weighted(counted: Counts, field: Field) -> Counts:
    """A field's counts, weighted and normalised by its length in each document."""
    lengths = counted.sums(counted.counts)
    norms = 1 - field.b + field.b * lengths / (lengths.mean() or 1.0)
    return dataclasses.replace(counted, counts=field.weight * counted.counts / norms[counted.documents])
