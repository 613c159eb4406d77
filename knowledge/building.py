"""Builds the index file in a process of its own, so that who answers never carries what only training needs.

usage: python -m knowledge.building DATA_FOLDER INDEX_FILE [QUESTIONS_FILE]
"""

import gc
import logging
import subprocess
import sys
from pathlib import Path

from knowledge import cache
from knowledge.analysis import build_analyzer, build_documents
from knowledge.index import Index, build_index
from knowledge.loading import load_knowledge, load_questions
from knowledge.model import KnowledgeBase
from knowledge.search import Model
from knowledge.training import Labelled, train

logger = logging.getLogger(__name__)


def build(knowledge: KnowledgeBase, questions: Path | None) -> tuple[Index, Model]:
    """The index over `knowledge`, and the model trained on its variants and on labelled questions."""
    analyzer = build_analyzer(knowledge)
    documents = build_documents(knowledge, analyzer)
    places = {entry.id: position for position, entry in enumerate(knowledge.entries)}
    labelled = [
        Labelled(analyzer.analyze(question.text), frozenset(places[name] for name in question.entries))
        for question in (load_questions(questions, knowledge) if questions else ())
    ]
    index = build_index(documents)
    return index, train(documents, labelled, index)


def build_apart(folder: Path, path: Path, questions: Path | None) -> None:
    """Builds and saves the index of the knowledge in `folder` in another process; older index files go.

    Raises:
        OSError: It could not be written.
    """
    arguments = [sys.executable, "-m", __name__, str(folder), str(path), *([str(questions)] if questions else [])]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise OSError(done.stderr.strip().rpartition("\n")[2])
    for old in path.parent.glob("index-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)


def main() -> None:
    """Builds what the command line names."""
    folder, path, *questions = map(Path, sys.argv[1:])
    gc.disable()  # nearly all that is made here stays to the end
    knowledge = load_knowledge(folder)
    cache.save(path, knowledge, *build(knowledge, questions[0] if questions else None))


if __name__ == "__main__":
    main()
