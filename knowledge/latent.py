"""A space in which words lie near each other that stand in the same entries, so that other words find them too.

Source: Deerwester et al., "Indexing by Latent Semantic Analysis", 1990.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import Counts, FloatArray

DIMENSIONS = 100  # set on the development questions, as is the weight beside the answer
UTTERANCE_WEIGHT = 3.0

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """A vector for each word and, of length 1, for each entry."""

    words: Vectors
    entries: Vectors

    @classmethod
    def build(cls, utterances: Counts, answers: Counts, idf: FloatArray) -> "LatentSpace":
        """The space of entries, whose words are counted in both fields. scipy is needed here only, at build time."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.linalg import svds

        counted = Counts.together([utterances.scaled(UTTERANCE_WEIGHT), answers])
        weights = (1 + np.log(counted.counts)) * idf[counted.terms]
        lengths = np.sqrt(counted.sums(weights**2))
        weights /= np.maximum(lengths, 1e-9)[counted.documents]
        shape = (counted.size, len(idf))
        matrix = csr_matrix((weights, (counted.documents, counted.terms)), shape=shape)
        dimensions = min(DIMENSIONS, min(shape) - 1)
        _, _, directions = svds(matrix, k=dimensions, rng=0)
        words = directions.T
        return cls((idf[:, None] * words).astype(np.float32), _unit(matrix @ words).astype(np.float32))

    def cosines(self, words: Iterable[int]) -> FloatArray:
        """How near each entry lies to a text of these words; 0 where it has none."""
        vector = self.words[list(words)].sum(axis=0)
        near: FloatArray = (self.entries @ vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float64)
        return near


def _unit(rows: FloatArray) -> FloatArray:
    unit: FloatArray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
