"""The search index: what is computed once from the curated entries so that a question is answered in a millisecond."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import FloatArray, Postings
from knowledge.text.analyzer import Analysis

# BM25F (Zaragoza et al., "Microsoft Cambridge at TREC-13"): one saturated, length-normalised tf over all fields.
# Set on the development questions: hit@1 of BM25F alone 0.77, against 0.73 with k1 = 1.2.
K1 = 5.0
FIELD_WEIGHTS = {"utterances": 3.0, "answer": 1.0}
FIELD_B = {"utterances": 0.5, "answer": 0.5}


@dataclass(frozen=True, slots=True)
class Document:
    """An entry as the index sees it: its question and variants, and its answer, analysed."""

    utterances: tuple[Analysis, ...]
    answer: Analysis


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms numbered from 0, each with its inverse document frequency over entries (BM25's, always positive)."""

    numbers: dict[str, int]
    idf: FloatArray
    unseen_idf: float

    @classmethod
    def build(cls, documents: Iterable[Iterable[str]]) -> "Vocabulary":
        """Counts in how many documents each term stands."""
        frequencies: Counter[str] = Counter()
        count = 0
        for terms in documents:
            frequencies.update(list(dict.fromkeys(terms)))
            count += 1
        idf = [math.log1p((count - n + 0.5) / (n + 0.5)) for n in frequencies.values()]
        numbers = {term: number for number, term in enumerate(frequencies)}
        return cls(numbers, np.array(idf), math.log1p(count + 1))

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
    `negated[u]` whether utterance u denies something, `wants[u]` what kinds of answer it asks for; `concepts[e]` the concepts that entry e names.
    """

    words: Vocabulary
    grams: Vocabulary
    entry_words: Postings
    answer_words: Postings
    utterance_words: Postings
    utterance_grams: Postings
    starts: NDArray[np.int64]
    mass: FloatArray
    negated: NDArray[np.bool_]
    wants: NDArray[np.int64]
    texts: list[str]
    concepts: list[tuple[str, ...]]


def build_index(documents: Sequence[Document]) -> Index:
    """Builds the index of `documents`; positions in it are positions in `documents`."""
    utterances = [utterance for document in documents for utterance in document.utterances]
    words = Vocabulary.build(_all_terms(document) for document in documents)
    grams = Vocabulary.build((gram for u in document.utterances for gram in u.grams) for document in documents)
    utterance_rows = [_idf_row(utterance.terms, words) for utterance in utterances]
    lengths = [len(document.utterances) for document in documents]
    return Index(
        words=words,
        grams=grams,
        entry_words=Postings.build(_bm25f_rows(documents, words), len(words.numbers)),
        answer_words=Postings.build([_idf_row(d.answer.terms, words) for d in documents], len(words.numbers)),
        utterance_words=Postings.build(utterance_rows, len(words.numbers)),
        utterance_grams=Postings.build([_unit_row(u.grams, grams) for u in utterances], len(grams.numbers)),
        starts=np.concatenate(([0], np.cumsum(lengths)))[:-1].astype(np.int64),
        mass=np.array([max(sum(row.values()), 1e-9) for row in utterance_rows]),
        negated=np.array([utterance.is_negated for utterance in utterances]),
        wants=np.array([utterance.wants for utterance in utterances], dtype=np.int64),
        texts=[utterance.text for utterance in utterances],
        concepts=[tuple(sorted(_concepts(document))) for document in documents],
    )


def _all_terms(document: Document) -> Iterable[str]:
    return (term for part in (*document.utterances, document.answer) for term in part.terms)


def _concepts(document: Document) -> set[str]:
    return {concept for part in (*document.utterances, document.answer) for concept in part.concepts}


def _idf_row(terms: Iterable[str], words: Vocabulary) -> dict[int, float]:
    return {words.numbers[term]: float(words.idf[words.numbers[term]]) for term in dict.fromkeys(terms)}


def _unit_row(grams: Iterable[str], vocabulary: Vocabulary) -> dict[int, float]:
    """tf-idf of grams, scaled to length 1, so that a sum of products is a cosine."""
    row = {vocabulary.numbers[gram]: n * vocabulary.idf[vocabulary.numbers[gram]] for gram, n in Counter(grams).items()}
    norm = math.sqrt(sum(weight * weight for weight in row.values())) or 1.0
    return {number: weight / norm for number, weight in row.items()}


def _bm25f_rows(documents: Sequence[Document], words: Vocabulary) -> list[dict[int, float]]:
    fields = {
        "utterances": [Counter(t for u in document.utterances for t in u.terms) for document in documents],
        "answer": [Counter(document.answer.terms) for document in documents],
    }
    averages = {name: sum(c.total() for c in counts) / max(len(counts), 1) or 1.0 for name, counts in fields.items()}
    return [_bm25f_row({name: fields[name][i] for name in fields}, averages, words) for i in range(len(documents))]


def _bm25f_row(fields: dict[str, Counter[str]], averages: dict[str, float], words: Vocabulary) -> dict[int, float]:
    frequencies: Counter[str] = Counter()
    for name, counts in fields.items():
        length = 1 - FIELD_B[name] + FIELD_B[name] * counts.total() / averages[name]
        for term, count in counts.items():
            frequencies[term] += FIELD_WEIGHTS[name] * count / length  # type: ignore[assignment]
    return {
        words.numbers[term]: float(words.idf[words.numbers[term]]) * tf / (K1 + tf) for term, tf in frequencies.items()
    }
