"""Learns from questions with known answers how sure a match is.

Two kinds of questions: labelled development questions, asked against the whole index; and a share of the curated
variants, each asked against an index that does not hold it. Whole entries are left out too, so that there are
questions that nothing answers. scikit-learn is imported here only, at build time.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.forest import Forest
from knowledge.index import Document, build_index
from knowledge.postings import FloatArray
from knowledge.search import DEPTH, Model, Searcher, log_odds
from knowledge.text.analyzer import Analysis

VARIANTS_LEFT_OUT, ENTRIES_LEFT_OUT = 4, 8  # every so-manieth
DEPTH_OF_VARIANTS = 10  # candidates of each
VARIANT_WEIGHT = 0.1  # of a left-out variant beside a development question: they are harder than what people ask
TREES, DEPTH_OF_TREES, SMALLEST_LEAF = 100, 12, 3
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
    weights: list[float] = field(default_factory=list)

    def add(
        self, searcher: Searcher, kept: Sequence[int], asked: Labelled, group: int, *, weight: float, depth: int
    ) -> None:
        """Adds a question's candidates; `kept` are the documents that the searcher's index holds."""
        positions, features = searcher.features(asked.query, depth)
        if len(positions):
            self.rows.append(features)
            self.right.append(np.array([kept[position] in asked.answers for position in positions]))
            self.groups.append(group)
            self.weights.append(weight)


def train(documents: Sequence[Document], questions: Sequence[Labelled]) -> Model:
    """Trains the ranking model and finds its thresholds by cross-validation grouped by entry.

    The thresholds come from the development questions; without any, from the left-out variants.
    """
    samples = _Samples()
    _add_questions(samples, documents, questions)
    asked = len(samples.rows) or None
    _add_variants(samples, documents)
    lengths = [len(rows) for rows in samples.rows]
    features, labels = np.concatenate(samples.rows), np.concatenate(samples.right)
    groups, weights = np.repeat(samples.groups, lengths), np.repeat(samples.weights, lengths)
    shares = _held_out(features, labels, groups, weights)
    trusted = slice(sum(lengths[:asked]))
    slope, offset = _platt(shares[trusted], labels[trusted])
    forest = flattened(_fit(features, labels, weights))
    model = Model(forest, slope, offset, 1.0, 1.0, {})
    calibrated = 1 / (1 + np.exp(-(slope * log_odds(shares) + offset)))
    return _with_thresholds(model, samples.right[:asked], calibrated)


def _add_questions(samples: _Samples, documents: Sequence[Document], questions: Sequence[Labelled]) -> None:
    searcher, every = Searcher(build_index(documents)), range(len(documents))
    for number, question in enumerate(questions):
        group = min(question.answers, default=len(documents) + number)
        samples.add(searcher, every, question, group, weight=1.0, depth=DEPTH)


def _add_variants(samples: _Samples, documents: Sequence[Document]) -> None:
    """Asks every fourth variant, and the question of every eighth entry, against an index without them.

    More of them only take time: they weigh little beside the development questions.
    """
    kept = [number for number in range(len(documents)) if number % ENTRIES_LEFT_OUT]
    searcher = Searcher(build_index([_without_asked(documents[number]) for number in kept]))
    for number, document in enumerate(documents):
        if number % ENTRIES_LEFT_OUT == 0:
            asked = [Labelled(document.utterances[0], frozenset())]
        else:
            asked = [Labelled(variant, frozenset((number,))) for variant in document.utterances[1::VARIANTS_LEFT_OUT]]
        for labelled in asked:
            samples.add(searcher, kept, labelled, number, weight=VARIANT_WEIGHT, depth=DEPTH_OF_VARIANTS)


def _without_asked(document: Document) -> Document:
    """The document without the variants that are asked; the question always stays."""
    question, *variants = document.utterances
    kept = [variant for number, variant in enumerate(variants) if number % VARIANTS_LEFT_OUT]
    return Document((question, *kept), document.answer)


def _fit(features: FloatArray, labels: NDArray[np.bool_], weights: FloatArray) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    # Geurts, Ernst, Wehenkel, "Extremely randomized trees", 2006. Small enough to answer in well under a millisecond.
    forest = ExtraTreesClassifier(TREES, max_depth=DEPTH_OF_TREES, min_samples_leaf=SMALLEST_LEAF, random_state=0)
    return forest.fit(features, labels, sample_weight=weights)


def flattened(forest: Any) -> Forest:
    """A fitted scikit-learn forest as flat arrays."""
    trees = [estimator.tree_ for estimator in forest.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1]
    parts = [_flat_tree(tree, root) for tree, root in zip(trees, roots, strict=True)]
    feature, threshold, left, right, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Forest(feature, threshold, left, right, value, roots, max(tree.max_depth for tree in trees))


def _flat_tree(tree: Any, root: int) -> tuple[NDArray[Any], ...]:
    numbers = np.arange(tree.node_count)
    leaf = tree.children_left < 0
    left = np.where(leaf, numbers, tree.children_left) + root
    right = np.where(leaf, numbers, tree.children_right) + root
    counts = tree.value[:, 0, :]
    share = counts[:, -1] / counts.sum(axis=1)
    return np.where(leaf, 0, tree.feature), np.where(leaf, 0.0, tree.threshold), left, right, share


def _platt(shares: FloatArray, labels: NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=100.0).fit(log_odds(shares)[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _held_out(
    features: FloatArray, labels: NDArray[np.bool_], groups: NDArray[np.int64], weights: FloatArray
) -> FloatArray:
    """Each row's share of right answers, as judged by a forest that saw no question of the same entry."""
    from sklearn.model_selection import GroupKFold

    shares = np.zeros(len(labels))
    for training, testing in GroupKFold(n_splits=5).split(features, labels, groups):
        forest = _fit(features[training], labels[training], weights[training])
        shares[testing] = forest.predict_proba(features[testing])[:, 1]
    return shares


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
