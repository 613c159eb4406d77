"""Learns from questions with known answers how sure a match is.

The questions are labelled development questions, asked against the whole index. Where there are none, a share of the
curated variants is asked against an index that does not hold them; whole entries are left out too, so that there are
questions that nothing answers. scikit-learn is imported here only, at build time.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Document, Index, build_index
from knowledge.postings import FloatArray
from knowledge.search import DEPTH, Model, Searcher, contested
from knowledge.text.analyzer import Analysis

VARIANTS_LEFT_OUT, ENTRIES_LEFT_OUT = 4, 8  # every so-manieth
STRENGTH = 1.0  # of the regression: the inverse of its regularisation
FOLDS = 5
PRECISION_OF_ANSWER = 0.95  # wanted among the questions that get an `answer` (docs/architecture.md, Deciding)
PRECISION_OF_CHOOSE = 0.5  # the right entry is among the three shown at least this often


@dataclass(frozen=True, slots=True)
class Labelled:
    """An analysed question and the positions of the entries that answer it; none where nothing does."""

    query: Analysis
    answers: frozenset[int]


@dataclass(slots=True)
class _Samples:
    rows: list[FloatArray] = field(default_factory=list)  # features of each question's candidates
    right: list[NDArray[np.bool_]] = field(default_factory=list)  # which candidates are right
    groups: list[int] = field(default_factory=list)  # questions of one entry are never split between folds

    def add(self, searcher: Searcher, kept: Sequence[int], asked: Labelled, group: int) -> None:
        """Adds a question's candidates; `kept` are the documents that the searcher's index holds."""
        positions, features = searcher.features(asked.query, DEPTH)
        if len(positions):
            self.rows.append(features)
            self.right.append(np.array([kept[position] in asked.answers for position in positions]))
            self.groups.append(group)


def train(documents: Sequence[Document], questions: Sequence[Labelled], index: Index) -> Model:
    """Trains the ranking model over the `index` of `documents`; finds its thresholds by cross-validation by entry."""
    samples = _asked(documents, questions, index) if questions else _left_out(documents)
    lengths = [len(rows) for rows in samples.rows]
    features, labels = np.concatenate(samples.rows), np.concatenate(samples.right)
    odds = _held_out(features, labels, np.repeat(samples.groups, lengths))
    contests = [contested(part) for part in np.split(odds, np.cumsum(lengths)[:-1])]
    held_out = np.concatenate(contests)
    slope, offset = _calibration(contests, samples.right)
    weights, bias = _regression(features, labels)
    model = Model(weights, bias, float(slope[0]), offset, 1.0, 1.0, {})
    return _with_thresholds(model, samples.right, 1 / (1 + np.exp(-(slope * held_out + offset))))


def _asked(documents: Sequence[Document], questions: Sequence[Labelled], index: Index) -> _Samples:
    samples, searcher, every = _Samples(), Searcher(index), range(len(documents))
    for number, question in enumerate(questions):
        samples.add(searcher, every, question, min(question.answers, default=len(documents) + number))
    return samples


def _left_out(documents: Sequence[Document]) -> _Samples:
    """Asks every fourth variant, and the question of every eighth entry, against an index without them."""
    samples = _Samples()
    kept = [number for number in range(len(documents)) if number % ENTRIES_LEFT_OUT]
    searcher = Searcher(build_index([_without_asked(documents[number]) for number in kept]))
    for number, document in enumerate(documents):
        if number % ENTRIES_LEFT_OUT == 0:
            asked = [Labelled(document.utterances[0], frozenset())]
        else:
            asked = [Labelled(variant, frozenset((number,))) for variant in document.utterances[1::VARIANTS_LEFT_OUT]]
        for labelled in asked:
            samples.add(searcher, kept, labelled, number)
    return samples


def _without_asked(document: Document) -> Document:
    """The document without the variants that are asked; the question always stays."""
    question, *variants = document.utterances
    kept = [variant for number, variant in enumerate(variants) if number % VARIANTS_LEFT_OUT]
    return Document((question, *kept), document.answer, document.topic)


def _regression(features: FloatArray, labels: NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Weights and bias of a logistic regression, fitted to features of one scale and told for them as they are."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(scaler.transform(features), labels)
    weights = fitted.coef_[0] / scaler.scale_
    return weights, float(fitted.intercept_[0] - weights @ scaler.mean_)


def _calibration(contests: Sequence[FloatArray], rights: Sequence[NDArray[np.bool_]]) -> tuple[FloatArray, float]:
    """Platt's scaling, fitted to the first candidates alone, because theirs is the probability that decides.

    Fitted to all candidates, it is off where it matters (expected calibration error of the first 0.06; 0.03 so).
    """
    places = [int(contest.argmax()) for contest in contests]
    first = np.array([contest[place] for contest, place in zip(contests, places, strict=True)])
    right = np.array([labels[place] for labels, place in zip(rights, places, strict=True)])
    return _regression(first[:, None], right)


def _held_out(features: FloatArray, labels: NDArray[np.bool_], groups: NDArray[np.int64]) -> FloatArray:
    """Each row's log-odds, as judged by a regression that saw no question of the same entry."""
    from sklearn.model_selection import GroupKFold

    odds = np.zeros(len(labels))
    for training, testing in GroupKFold(FOLDS).split(features, labels, groups):
        weights, bias = _regression(features[training], labels[training])
        odds[testing] = features[testing] @ weights + bias
    return odds


def _with_thresholds(model: Model, rights: Sequence[NDArray[np.bool_]], probabilities: FloatArray) -> Model:
    first, first_right, three_right = [], [], []
    start = 0
    for right in rights:
        mine = probabilities[start : start + len(right)]
        order = np.argsort(-mine, kind="stable")
        first.append(mine[order[0]])
        first_right.append(right[order[0]])
        three_right.append(right[order[:3]].any())
        start += len(right)
    surest, hits = np.array(first), np.array(first_right)
    answer = _lowest_threshold(surest, hits, PRECISION_OF_ANSWER)
    choose = min(answer, _lowest_threshold(surest, np.array(three_right), PRECISION_OF_CHOOSE, local=True))
    found = {
        "questions": float(len(surest)),
        "first_right": float(hits.mean()),
        "three_right": float(np.mean(three_right)),
        "answered": float(np.mean(surest >= answer)),
        "answer_precision": float(hits[surest >= answer].mean()),
    }
    return dataclasses.replace(model, answer_threshold=answer, choose_threshold=choose, found=found)


def _lowest_threshold(scores: FloatArray, right: NDArray[np.bool_], precision: float, local: bool = False) -> float:
    """The lowest score from which on `precision` holds: over all that is above, or (`local`) in a window around it."""
    order = np.argsort(-scores, kind="stable")
    hits = right[order].astype(float)
    if local:
        window = max(len(hits) // 20, 1)
        precisions = np.convolve(hits, np.ones(window) / window, mode="same")
    else:
        precisions = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    good = np.flatnonzero(precisions >= precision)
    return float(scores[order[good[-1]]]) if len(good) else 1.0
