"""What is seen when a question is held against the best entries: one row of numbers for each."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.index import Index
from knowledge.postings import FloatArray
from knowledge.text.analyzer import Analysis

Positions = NDArray[np.int64]

_OBSERVED = (
    "first_stage",
    "bm25f",
    "best_cosine",
    "best_query_coverage",
    "best_utterance_coverage",
    "best_gram_cosine",
    "gram_cosine",
    "answer_coverage",
    "gram_bm25f",
    "latent_words",
    "latent_grams",
    "fuzz_ratio",
    "fuzz_partial",
    "concepts_shared",
    "concepts_missing",
    "wanted_in_question",
    "wanted_in_best",
    "wanted_in_any",
    "negation_differs_best",
    "negation_differs_question",
    "unseen_share",
    "query_length",
    "lead",
    "rank_reciprocal",
    "topic_share",
    "curated_cosine",
    "mean_cosine",
    "question_coverage",
    "subjects_unasked",
    "numbers_missing",
)
_SHARPNESS = 6.0  # of what counts as a good score beside the best
FEATURES = (*_OBSERVED, *(f"{name}_behind_best" for name in _OBSERVED))


@dataclass(frozen=True, slots=True)
class Scores:
    """How a question fares with every entry and every utterance of the index."""

    entries: FloatArray  # first-stage score of every entry
    bm25f: FloatArray
    answers: FloatArray
    sounds: FloatArray  # BM25F of character n-grams
    latent_words: FloatArray  # cosines in the latent spaces
    latent_grams: FloatArray
    overlap: FloatArray  # idf sum shared with every utterance
    grams: FloatArray
    utterances: FloatArray  # cosine-like mix for every utterance
    query_mass: float
    unseen_share: float


class Observer:
    """Looks closely at entries of one index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        lengths = np.diff(np.append(index.starts, len(index.texts)))
        columns = np.arange(lengths.max(initial=1))
        # The utterances of every entry in rows of one length; what is too much repeats the first.
        self._members = index.starts[:, None] + np.where(columns < lengths[:, None], columns, 0)
        self._is_own = columns < lengths[:, None]
        self._is_curated = columns < index.curated[:, None]
        self._wants = np.bitwise_or.reduceat(index.wants, index.starts)
        self._concepts = [frozenset(concepts) for concepts in index.concepts]
        self._subjects = [frozenset(subjects) for subjects in index.subjects]
        self._numbers = [frozenset(numbers) for numbers in index.numbers]

    def rows(self, query: Analysis, scores: Scores, positions: Positions) -> FloatArray:
        """A row of `FEATURES` for each entry of `positions`, which come best first by first-stage score."""
        index, first = self._index, self._index.starts[positions]
        members, entries = self._members[positions], positions.tolist()
        cosines = scores.utterances[members]
        best = members[np.arange(len(positions)), cosines.argmax(axis=1)]
        overlap, mass = scores.overlap[best], index.mass[best]
        texts = [index.texts[utterance] for utterance in best.tolist()]
        concepts = frozenset(query.concepts)
        shared = np.array([len(concepts & self._concepts[entry]) for entry in entries])
        columns = (
            scores.entries[positions],
            scores.bm25f[positions],
            overlap / np.sqrt(scores.query_mass * mass),
            overlap / scores.query_mass,
            overlap / mass,
            scores.grams[best],
            scores.grams[members].max(axis=1),
            scores.answers[positions],
            scores.sounds[positions],
            scores.latent_words[positions],
            scores.latent_grams[positions],
            [fuzz.ratio(query.text, text) / 100 for text in texts],
            [fuzz.partial_ratio(query.text, text) / 100 for text in texts],
            shared,
            len(query.concepts) - shared,
            _agreement(query.wants, index.wants[first]),
            _agreement(query.wants, index.wants[best]),
            _agreement(query.wants, self._wants[positions]),
            query.is_negated != index.negated[best],
            query.is_negated != index.negated[first],
            scores.unseen_share,
            math.log1p(len(query.terms)),
            _lead(scores.entries[positions]),
            1 / np.arange(1, len(positions) + 1),
            _topic_shares(scores.entries[positions], index.topics[positions]),
            cosines.max(axis=1, initial=0, where=self._is_curated[positions]),
            cosines.mean(axis=1, where=self._is_own[positions]),
            scores.overlap[first] / index.mass[first],
            [len(self._subjects[entry] - concepts) for entry in entries],
            [len(query.numbers - self._numbers[entry]) for entry in entries],
        )
        rows = np.empty((len(positions), len(FEATURES)))
        for number, column in enumerate(columns):
            rows[:, number] = column
        seen = rows[:, : len(_OBSERVED)]
        # What a candidate lacks beside the best of the others says more than what it has.
        rows[:, len(_OBSERVED) :] = seen.max(axis=0) - seen
        return rows


def _agreement(wanted: int, offered: NDArray[np.int64]) -> FloatArray | float:
    """1 where a kind of answer that is wanted is offered, -1 where none is, 0 where nothing certain is wanted."""
    return np.where(offered & wanted, 1.0, -1.0) if wanted else 0.0


def _lead(entries: FloatArray) -> FloatArray:
    """How far the first is ahead of the second, and how far the others are behind the first."""
    if len(entries) == 1:
        return entries
    lead: FloatArray = entries - entries[0]
    lead[0] = entries[0] - entries[1]
    return lead


def _topic_shares(entries: FloatArray, topics: NDArray[np.int64]) -> FloatArray:
    """How much of the scores of all candidates, the best ones above all, belongs to the topic of each."""
    weights = np.exp(_SHARPNESS * (entries - entries[0]))
    shares: FloatArray = np.bincount(topics, weights)[topics] / weights.sum()
    return shares
