"""From an analysed question to candidates: scores every entry, looks closely at the best few, says how sure it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.forest import Forest
from knowledge.index import Index
from knowledge.postings import FloatArray
from knowledge.text.analyzer import Analysis

DEPTH = 20  # candidates that are looked at closely
UTTERANCE_SHARE = (
    0.2  # of the best utterance in the first-stage score (hit@1 on development questions 0.80; 0.77 without)
)

FEATURES = (
    "first_stage",
    "bm25f",
    "best_cosine",
    "best_query_coverage",
    "best_utterance_coverage",
    "best_gram_cosine",
    "gram_cosine",
    "answer_coverage",
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
)


@dataclass(frozen=True, slots=True)
class Model:
    """A forest over `FEATURES`, calibrated by Platt's scaling of its log-odds, with what was decided from it.

    `answer_threshold` and `choose_threshold` are probabilities of the first candidate; `found` says how they were
    found (precision, coverage and counts of the cross-validation).
    Source: Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
    """

    forest: Forest
    slope: float
    offset: float
    answer_threshold: float
    choose_threshold: float
    found: dict[str, float]

    def probabilities(self, features: FloatArray) -> FloatArray:
        """The probability that each row's candidate answers the question."""
        calibrated: FloatArray = 1.0 / (
            1.0 + np.exp(-(self.slope * log_odds(self.forest.predict(features)) + self.offset))
        )
        return calibrated


def log_odds(shares: FloatArray) -> FloatArray:
    """ln(p / (1 - p)), with p kept away from 0 and 1."""
    kept = np.clip(shares, 1e-4, 1 - 1e-4)
    odds: FloatArray = np.log(kept / (1 - kept))
    return odds


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry (its position in the knowledge base), the probability that it answers, and the features behind it."""

    position: int
    confidence: float
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Scores:
    entries: FloatArray  # first-stage score of every entry
    bm25f: FloatArray
    answers: FloatArray
    overlap: FloatArray  # idf sum shared with every utterance
    grams: FloatArray
    utterances: FloatArray  # cosine-like mix for every utterance
    query_mass: float
    unseen_share: float


class Searcher:
    """Searches one index; stateless between questions and safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._ends = np.append(index.starts[1:], len(index.texts))

    def candidates(self, query: Analysis, model: Model, depth: int = DEPTH) -> tuple[Candidate, ...]:
        """The best entries for `query`, surest first; empty where no word of it is known."""
        positions, features = self.features(query, depth)
        if not len(positions):
            return ()
        confidences = model.probabilities(features)
        order = np.argsort(-confidences, kind="stable")
        return tuple(Candidate(int(positions[i]), float(confidences[i]), tuple(features[i].tolist())) for i in order)

    def features(self, query: Analysis, depth: int = DEPTH) -> tuple[NDArray[np.int64], FloatArray]:
        """Positions of the best entries by first-stage score, and a row of `FEATURES` for each."""
        scores = self._scores(query)
        count = min(depth, int(np.count_nonzero(scores.entries)))
        if count == 0:
            return np.empty(0, dtype=np.int64), np.empty((0, len(FEATURES)))
        positions = _top(scores.entries, count)
        rows = [self._row(query, scores, positions, rank) for rank in range(count)]
        return positions, np.array(rows)

    def _scores(self, query: Analysis) -> _Scores:
        index = self._index
        numbers, idf, mass = index.words.known(query.terms)
        ones = [1.0] * len(numbers)
        query_mass = max(mass, 1e-9)
        overlap = index.utterance_words.score(numbers, ones)
        grams = self._gram_cosines(query.grams)
        utterances = overlap / np.sqrt(query_mass * index.mass) + grams
        bm25f = index.entry_words.score(numbers, ones) / query_mass
        best = np.maximum.reduceat(utterances, index.starts)
        return _Scores(
            entries=bm25f + UTTERANCE_SHARE * best,
            bm25f=bm25f,
            answers=index.answer_words.score(numbers, ones) / query_mass,
            overlap=overlap,
            grams=grams,
            utterances=utterances,
            query_mass=query_mass,
            unseen_share=1 - sum(idf) / query_mass,
        )

    def _gram_cosines(self, grams: Sequence[str]) -> FloatArray:
        index = self._index
        numbers, idf, _ = index.grams.known(grams)
        unseen = len(set(grams)) - len(numbers)
        norm = math.sqrt(sum(weight * weight for weight in idf) + unseen * index.grams.unseen_idf**2) or 1.0
        return index.utterance_grams.score(numbers, [weight / norm for weight in idf])

    def _row(self, query: Analysis, scores: _Scores, positions: NDArray[np.int64], rank: int) -> list[float]:
        entry = int(positions[rank])
        first, end = int(self._index.starts[entry]), int(self._ends[entry])
        best = first + int(scores.utterances[first:end].argmax())
        overlap, mass = float(scores.overlap[best]), float(self._index.mass[best])
        text = self._index.texts[best]
        shared = len(set(query.concepts) & set(self._index.concepts[entry]))
        other = scores.entries[positions[1]] if rank == 0 and len(positions) > 1 else scores.entries[positions[0]]
        return [
            float(scores.entries[entry]),
            float(scores.bm25f[entry]),
            overlap / math.sqrt(scores.query_mass * mass),
            overlap / scores.query_mass,
            overlap / mass,
            float(scores.grams[best]),
            float(scores.grams[first:end].max()),
            float(scores.answers[entry]),
            fuzz.ratio(query.text, text) / 100,
            fuzz.partial_ratio(query.text, text) / 100,
            float(shared),
            float(len(query.concepts) - shared),
            _agreement(query.wants, int(self._index.wants[first])),
            _agreement(query.wants, int(self._index.wants[best])),
            _agreement(query.wants, int(np.bitwise_or.reduce(self._index.wants[first:end]))),
            float(query.is_negated != self._index.negated[best]),
            float(query.is_negated != self._index.negated[first]),
            scores.unseen_share,
            math.log1p(len(query.terms)),
            float(scores.entries[entry] - other) if len(positions) > 1 else float(scores.entries[entry]),
            1 / (rank + 1),
        ]


def _agreement(wanted: int, offered: int) -> float:
    """1 where a kind of answer that is wanted is offered, -1 where none is, 0 where nothing certain is wanted."""
    return 0.0 if not wanted else 1.0 if wanted & offered else -1.0


def _top(scores: FloatArray, count: int) -> NDArray[np.int64]:
    """Positions of the `count` highest scores, highest first; ties by position."""
    every = count >= len(scores)
    chosen = np.arange(len(scores)) if every else np.sort(np.argpartition(-scores, count - 1)[:count])
    return chosen[np.argsort(-scores[chosen], kind="stable")].astype(np.int64)
