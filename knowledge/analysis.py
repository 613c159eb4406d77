"""The analyzer that knows this knowledge base's own words, and the entries as it reads them."""

from knowledge.index import Document
from knowledge.model import Institution, KnowledgeBase, Program
from knowledge.text.analyzer import Analyzer
from knowledge.text.lexicon import Lexicon
from knowledge.text.normalize import normalize


def build_analyzer(knowledge: KnowledgeBase) -> Analyzer:
    """An analyzer that knows the terms of this field and the names of all programmes and institutions."""
    named: tuple[Program | Institution, ...] = (*knowledge.programs, *knowledge.institutions)
    words = [(word, term.id) for term in knowledge.terms for word in term.words]
    words += [(word, item.id) for item in named for word in (item.name, *item.aliases)]
    return Analyzer(Lexicon((normalize(word), concept) for word, concept in words))


def build_documents(knowledge: KnowledgeBase, analyzer: Analyzer) -> list[Document]:
    """Every entry as the index sees it: the question, the variants, then the training phrases."""
    phrases = knowledge.phrases_of
    return [
        Document(
            tuple(map(analyzer.analyze, (*entry.utterances, *phrases.get(entry.id, ())))),
            analyzer.analyze(entry.answer),
            entry.topic,
            curated=len(entry.utterances),
        )
        for entry in knowledge.entries
    ]
