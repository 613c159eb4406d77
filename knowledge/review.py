"""What a machine can say about the quality of curated entries beyond the hard rules of `knowledge.rules`.

Near duplicates, variants that another entry answers better, and entries that are due for review.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.analysis import build_documents
from knowledge.library import Library
from knowledge.model import KnowledgeBase
from knowledge.text.normalize import normalize

NEAR_QUESTION = 90.0  # rapidfuzz ratio from which two questions are taken for one
NEAR_ANSWER = 88.0
STRAY_MARGIN = 0.5  # how much surer another entry must be of a variant, in probability


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an editor should look at. `kind` says whether it refuses the knowledge or only warns."""

    kind: Literal["error", "warning"]
    entry_id: str
    message: str


def review(library: Library, month: str) -> Iterator[Finding]:
    """Yields all findings; `month` (YYYY-MM) is the present one."""
    knowledge = library.knowledge
    yield from _near_duplicates(knowledge)
    yield from _stray_variants(library)
    for entry in sorted(knowledge.entries, key=lambda entry: entry.review_by):
        if entry.review_by < month:
            yield Finding("warning", entry.id, f"見直し期限({entry.review_by})を過ぎています")


def _near_duplicates(knowledge: KnowledgeBase) -> Iterator[Finding]:
    questions = [normalize(entry.question) for entry in knowledge.entries]
    answers = [normalize(entry.answer) for entry in knowledge.entries]
    for name, texts, limit in (("質問", questions, NEAR_QUESTION), ("回答", answers, NEAR_ANSWER)):
        similar = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=limit, dtype=np.uint8, workers=-1)
        for first, second in np.argwhere(np.triu(similar, 1) > 0):
            one, other = knowledge.entries[first], knowledge.entries[second]
            yield Finding("error", one.id, f"{name}が{other.id}とほぼ同じです({similar[first, second]}%)")


def _stray_variants(library: Library) -> Iterator[Finding]:
    """Variants whose own wording leads to another entry's question even though this entry holds them."""
    documents = build_documents(library.knowledge, library.analyzer)
    for position, document in enumerate(documents):
        variants = document.utterances[1 : 1 + len(library.entry_at(position).variants)]
        for number, variant in enumerate(variants):
            candidates = library.search(variant)
            own = next((c.confidence for c in candidates if c.position == position), 0.0)
            best = candidates[0] if candidates else None
            if best and best.position != position and best.confidence > own + STRAY_MARGIN:
                entry = library.entry_at(position)
                other = library.entry_at(best.position)
                yield Finding("error", entry.id, f"言い換え「{entry.variants[number]}」は{other.id}の方が答えています")
