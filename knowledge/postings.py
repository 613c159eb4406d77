"""Inverted lists as flat arrays: for each term the documents that hold it, with a weight."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Term t stands in `documents[starts[t]:starts[t + 1]]` with the `weights` of the same places.

    `size` is the number of documents, so that scores always have that length.
    """

    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    @classmethod
    def build(cls, rows: Sequence[Mapping[int, float]], terms: int) -> "Postings":
        """Turns documents (term number -> weight) into inverted lists over `terms` terms."""
        lists: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for document, row in enumerate(rows):
            for term, weight in row.items():
                lists[term].append((document, weight))
        lengths = [len(lists[term]) for term in range(terms)]
        flat = [pair for term in range(terms) for pair in lists[term]]
        return cls(
            starts=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
            documents=np.array([document for document, _ in flat], dtype=np.int32),
            weights=np.array([weight for _, weight in flat], dtype=np.float32),
            size=len(rows),
        )

    def score(self, terms: Iterable[int], factors: Iterable[float]) -> FloatArray:
        """For every document the sum over its query terms of factor x weight."""
        places, weights = [], []
        for term, factor in zip(terms, factors, strict=True):
            place = slice(self.starts[term], self.starts[term + 1])
            places.append(self.documents[place])
            weights.append(self.weights[place] * factor)
        if not places:
            return np.zeros(self.size)
        scores = np.bincount(np.concatenate(places), np.concatenate(weights), minlength=self.size)
        return scores.astype(np.float64, copy=False)
