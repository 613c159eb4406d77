"""A space in which words lie near each other that stand in the same entries, so that other words find them too.

Source: Deerwester et al., "Indexing by Latent Semantic Analysis", 1990. A question is folded in through its scores with
all entries, which are there anyway: with the weights A = U S V' of terms in entries, V'q is S^-1 U'(Aq). So no vector of
any term is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import FloatArray, Postings

DIMENSIONS = 100  # set on the development questions

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """For each entry its direction (a row of U S^-1) and its place (a row of U S, of length 1)."""

    directions: Vectors
    places: Vectors

    @classmethod
    def build(cls, weights: Postings) -> "LatentSpace":
        """The space of the weights of terms in entries. scipy is needed here only, at build time.

        There are far fewer entries than terms: U and S come from the eigenvectors of A A', entries by entries.
        """
        from scipy.linalg import eigh
        from scipy.sparse import csr_matrix

        lengths = np.diff(weights.starts)
        terms = np.repeat(np.arange(len(lengths)), lengths)
        shape = (weights.size, len(lengths))
        matrix = csr_matrix((weights.weights.astype(np.float64), (weights.documents, terms)), shape=shape)
        last = weights.size - 1
        first = max(last - min(DIMENSIONS, len(lengths)) + 1, 0)
        squares, left = eigh((matrix @ matrix.T).toarray(), subset_by_index=(first, last))
        strengths = np.sqrt(np.maximum(squares, 1e-18))
        places = left * strengths
        places /= np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-9)
        return cls((left / strengths).astype(np.float32), places.astype(np.float32))

    def cosines(self, scores: FloatArray) -> FloatArray:
        """How near each entry lies to the question that has these scores with all entries."""
        vector = scores.astype(np.float32) @ self.directions
        near: FloatArray = (self.places @ vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float64)
        return near
