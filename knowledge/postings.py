"""Counted terms and inverted lists as flat arrays: for each term the documents that hold it, with a weight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Numbers(dict[str, int]):
    """Numbers for terms, given from 0 on in the order in which they are asked for."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Counts:
    """How often terms stand in documents: term `terms[i]` stands `counts[i]` times in document `documents[i]`.

    Sorted by document; each pair once. `size` is the number of documents.
    """

    documents: IntArray
    terms: IntArray
    counts: FloatArray
    size: int

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> "Counts":
        """Counts the terms of `texts`, which all have a number (see `Numbers`)."""
        terms = np.array([numbers[term] for text in texts for term in text], dtype=np.int64)
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        return cls._added(np.repeat(np.arange(len(texts)), lengths), terms, np.ones(len(terms)), len(texts))

    @classmethod
    def _added(cls, documents: IntArray, terms: IntArray, counts: FloatArray, size: int) -> "Counts":
        width = int(terms.max(initial=0)) + 1
        pairs, places = np.unique(documents * width + terms, return_inverse=True)
        added = np.bincount(places, counts, minlength=len(pairs)).astype(np.float64, copy=False)
        return cls(pairs // width, pairs % width, added, size)

    @classmethod
    def together(cls, fields: Sequence["Counts"]) -> "Counts":
        """The sums over fields of the same documents."""
        documents, terms, counts = (
            np.concatenate([getattr(field, name) for field in fields]) for name in ("documents", "terms", "counts")
        )
        return cls._added(documents, terms, counts, fields[0].size)

    def grouped(self, groups: IntArray, size: int) -> "Counts":
        """The same of documents put together: document d becomes part of document `groups[d]` of `size`."""
        return self._added(groups[self.documents], self.terms, self.counts, size)

    def kept(self, terms: NDArray[np.bool_]) -> "Counts":
        """Only these terms, told for each term by its number."""
        rows = terms[self.terms]
        return Counts(self.documents[rows], self.terms[rows], self.counts[rows], self.size)

    def renumbered(self, numbers: IntArray) -> "Counts":
        """The same with other numbers for the terms, in the same order."""
        return Counts(self.documents, numbers[self.terms], self.counts, self.size)

    def frequencies(self, terms: int) -> IntArray:
        """In how many documents each of `terms` terms stands."""
        return np.bincount(self.terms, minlength=terms)

    def sums(self, values: FloatArray) -> FloatArray:
        """For each document the sum of the values, which stand beside the counts."""
        return np.bincount(self.documents, values, minlength=self.size).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Postings:
    """Term t stands in `documents[starts[t]:starts[t + 1]]` with the `weights` of the same places.

    `size` is the number of documents, so that scores always have that length.
    """

    starts: IntArray
    documents: NDArray[np.unsignedinteger[Any]]
    weights: NDArray[np.float16]  # three digits are enough, and there are millions
    size: int

    @classmethod
    def build(cls, counted: Counts, weights: FloatArray, terms: int) -> "Postings":
        """Inverted lists over `terms` terms; `weights` stand beside the counts."""
        order = np.argsort(counted.terms, kind="stable")
        lengths = np.bincount(counted.terms, minlength=terms)
        return cls(
            starts=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
            documents=counted.documents[order].astype(np.min_scalar_type(max(counted.size - 1, 0))),
            weights=weights[order].astype(np.float16),
            size=counted.size,
        )

    def score(self, terms: Iterable[int], factors: Iterable[float]) -> FloatArray:
        """For every document the sum over its query terms of factor x weight."""
        places, weights = [], []
        for term, factor in zip(terms, factors, strict=True):
            place = slice(self.starts[term], self.starts[term + 1])
            places.append(self.documents[place])
            weights.append(self.weights[place].astype(np.float32) * factor)
        if not places:
            return np.zeros(self.size)
        scores = np.bincount(np.concatenate(places), np.concatenate(weights), minlength=self.size)
        return scores.astype(np.float64, copy=False)
