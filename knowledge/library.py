"""The whole of what is known, ready to be asked: curated data, text analysis and search in one value."""

import logging
from dataclasses import dataclass
from pathlib import Path

from knowledge import cache
from knowledge.analysis import build_analyzer
from knowledge.errors import KnowledgeError, Problem
from knowledge.index import Index
from knowledge.loading import DATA_FOLDER, load_knowledge
from knowledge.model import Entry, KnowledgeBase
from knowledge.search import Candidate, Model, Searcher
from knowledge.text.analyzer import Analysis, Analyzer

FEWEST_ENTRIES = 5  # fewer cannot be cross-validated
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Library:
    """Knowledge with its analyzer, searcher and model; immutable and shared by all threads."""

    knowledge: KnowledgeBase
    analyzer: Analyzer
    searcher: Searcher
    model: Model

    def search(self, query: Analysis) -> tuple[Candidate, ...]:
        """Candidates for an analysed question, surest first."""
        return self.searcher.candidates(query, self.model)

    def entry_at(self, position: int) -> Entry:
        """The entry of a candidate."""
        return self.knowledge.entries[position]


def open_library(cache_folder: Path | None, folder: Path = DATA_FOLDER, questions: Path | None = None) -> Library:
    """Opens the knowledge in `folder`, from the index file in `cache_folder` where it fits, else built anew.

    `questions` is a file of labelled development questions that train how sure a match is.

    Raises:
        KnowledgeError: The curated data is not fit to be used.
    """
    path = cache_folder / f"index-{cache.digest(folder, questions)}.npz" if cache_folder else None
    stored = cache.load(path) if path else None
    return _library(*(stored or _built(folder, path, questions)))


def _library(knowledge: KnowledgeBase, index: Index, model: Model) -> Library:
    return Library(knowledge, build_analyzer(knowledge), Searcher(index), model)


def _built(folder: Path, path: Path | None, questions: Path | None) -> tuple[KnowledgeBase, Index, Model]:
    from knowledge.building import build, build_apart  # noqa: PLC0415 - answering needs none of it

    knowledge = load_knowledge(folder)
    if len(knowledge.entries) < FEWEST_ENTRIES:
        raise KnowledgeError([Problem(folder / "entries", 1, f"Q&Aが少なすぎます({FEWEST_ENTRIES}件以上必要です)")])
    if path:
        logger.info("building the search index for %d entries", len(knowledge.entries))
        try:
            build_apart(folder, path, questions)
        except OSError as error:
            logger.warning("the index could not be kept on disk and will be built again next time: %s", error)
        if stored := cache.load(path):
            return stored
    return knowledge, *build(knowledge, questions)
