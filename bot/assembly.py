"""Builds the bot. Production and evaluation call this one function, so what is measured is what is shipped."""

from pathlib import Path

from bot.engine import Engine
from bot.texts import load_texts
from intents.places import Places
from intents.rules import load_rules
from intents.understanding import Understander
from knowledge.library import open_library

# Development questions: they train how sure a match is, so the shipped bot is built with them.
QUESTIONS_FILE = Path(__file__).parent.parent / "evaluation" / "data" / "questions.jsonl"


def build_engine(cache_folder: Path | None) -> Engine:
    """The engine over the curated knowledge; the search index is kept in `cache_folder`.

    Raises:
        KnowledgeError: Curated data, rules or texts are not fit to be used.
    """
    library = open_library(cache_folder, questions=QUESTIONS_FILE if QUESTIONS_FILE.exists() else None)
    understander = Understander(library.analyzer, Places(library.knowledge), load_rules())
    return Engine(library, understander, load_texts())
