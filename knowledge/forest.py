"""A forest of decision trees as flat arrays, so that answering needs numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import FloatArray


@dataclass(frozen=True, slots=True)
class Forest:
    """Node n asks whether `feature[n]` is at most `threshold[n]`, and goes to `left[n]` or `right[n]`.

    A leaf leads to itself and holds its share of right answers in `value`. `roots` are the trees' first nodes.
    """

    feature: NDArray[np.int64]
    threshold: FloatArray
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: FloatArray
    roots: NDArray[np.int64]
    depth: int

    def predict(self, rows: FloatArray) -> FloatArray:
        """The mean over the trees of each row's leaf value."""
        nodes = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        numbers = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[numbers, self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        mean: FloatArray = self.value[nodes].mean(axis=1)
        return mean
