"""From an analysed question to candidates: scores every entry, looks closely at the best few, says how sure it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import FEATURES, Observer, Scores
from knowledge.index import Index
from knowledge.postings import FloatArray
from knowledge.text.analyzer import Analysis

DEPTH = 20  # candidates that are looked at closely
UTTERANCE_SHARE = (
    0.2  # of the best utterance in the first-stage score (hit@1 on development questions 0.80; 0.77 without)
)


@dataclass(frozen=True, slots=True)
class Model:
    """Logistic regression over `FEATURES`, weighed against the other candidates, calibrated by Platt's scaling.

    `weights` and `bias` give the log-odds of a candidate by itself, `slope` and `offset` calibrate what `contested` makes of them.
    `answer_threshold` and `choose_threshold` are probabilities of the first candidate; `found` says how they were
    found (precision, coverage and counts of the cross-validation).
    Source: Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
    """

    weights: FloatArray
    bias: float
    slope: float
    offset: float
    answer_threshold: float
    choose_threshold: float
    found: dict[str, float]

    def probabilities(self, features: FloatArray) -> FloatArray:
        """The probability that each row's candidate answers the question; the rows are all candidates of one."""
        odds = contested(features @ self.weights + self.bias)
        sure: FloatArray = 1.0 / (1.0 + np.exp(-(self.slope * odds + self.offset)))
        return sure


def contested(odds: FloatArray) -> FloatArray:
    """Log-odds of the candidates of one question, given that they contest with each other.

    The probability of each is multiplied by its share among all (softmax): where two look alike, neither is sure
    (answered at a precision of 0.95 on development questions, over bootstrap samples: 0.28 instead of 0.23).
    """
    powers = np.exp(odds - odds.max())
    sure = powers / powers.sum() / (1 + np.exp(-odds))
    kept = np.clip(sure, 1e-6, 1 - 1e-6)
    logs: FloatArray = np.log(kept / (1 - kept))
    return logs


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry (its position in the knowledge base), the probability that it answers, and the features behind it."""

    position: int
    confidence: float
    features: tuple[float, ...]


class Searcher:
    """Searches one index; stateless between questions and safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._observer = Observer(index)
        self._scale = 1 / np.sqrt(index.mass)  # of every utterance, so that its score is like a cosine

    def candidates(self, query: Analysis, model: Model, depth: int = DEPTH) -> tuple[Candidate, ...]:
        """The best entries for `query`, surest first; empty where no word of it is known."""
        positions, features = self.features(query, depth)
        if not len(positions):
            return ()
        confidences = model.probabilities(features)
        order = np.argsort(-confidences, kind="stable")
        numbers, sureness, rows = positions.tolist(), confidences.tolist(), features.tolist()
        return tuple(Candidate(numbers[i], sureness[i], tuple(rows[i])) for i in order.tolist())

    def features(self, query: Analysis, depth: int = DEPTH) -> tuple[NDArray[np.int64], FloatArray]:
        """Positions of the best entries by first-stage score, and a row of `FEATURES` for each."""
        scores = self._scores(query)
        count = min(depth, int(np.count_nonzero(scores.entries)))
        if count == 0:
            return np.empty(0, dtype=np.int64), np.empty((0, len(FEATURES)))
        positions = _top(scores.entries, count)
        return positions, self._observer.rows(query, scores, positions)

    def _scores(self, query: Analysis) -> Scores:
        index = self._index
        numbers, idf, mass = index.words.known(query.terms)
        ones = [1.0] * len(numbers)
        query_mass = max(mass, 1e-9)
        overlap = index.utterance_words.score(numbers, ones)
        sounds, grams = self._gram_scores(query.grams)
        utterances = overlap * self._scale
        utterances *= 1 / math.sqrt(query_mass)
        utterances += grams
        bm25f = index.entry_words.score(numbers, ones) / query_mass
        best = np.maximum.reduceat(utterances, index.starts)
        return Scores(
            entries=bm25f + UTTERANCE_SHARE * best,
            bm25f=bm25f,
            answers=index.answer_words.score(numbers, ones) / query_mass,
            sounds=sounds,
            latent_words=index.latent_words.cosines(bm25f) * sum(idf) / query_mass,  # unseen words are not in it
            latent_grams=index.latent_grams.cosines(sounds),
            overlap=overlap,
            grams=grams,
            utterances=utterances,
            query_mass=query_mass,
            unseen_share=1 - sum(idf) / query_mass,
        )

    def _gram_scores(self, grams: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        """BM25F of every entry by character n-grams, and the cosine of every utterance."""
        index = self._index
        numbers, idf, mass = index.grams.known(grams)
        unseen = len(set(grams)) - len(numbers)
        norm = math.sqrt(sum(weight * weight for weight in idf) + unseen * index.grams.unseen_idf**2) or 1.0
        cosines = index.utterance_grams.score(numbers, [weight / norm for weight in idf])
        return index.entry_grams.score(numbers, [1.0] * len(numbers)) / max(mass, 1e-9), cosines


def _top(scores: FloatArray, count: int) -> NDArray[np.int64]:
    """Positions of the `count` highest scores, highest first; ties by position."""
    every = count >= len(scores)
    chosen = np.arange(len(scores)) if every else np.sort(np.argpartition(-scores, count - 1)[:count])
    return chosen[np.argsort(-scores[chosen], kind="stable")].astype(np.int64)
