"""Place names to prefectures: 「横浜」「都内」「道東」「府中」 (which lies in two)."""

from knowledge.model import KnowledgeBase
from knowledge.text.analyzer import Analysis
from knowledge.text.lexicon import Lexicon
from knowledge.text.normalize import normalize


class Places:
    """Finds the places that a text names."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._prefectures: dict[str, tuple[str, ...]] = {}
        for prefecture in knowledge.prefectures:
            for name in (prefecture.name, prefecture.short, *prefecture.aliases):
                self._prefectures[normalize(name)] = (prefecture.name,)
        for city in knowledge.cities:
            self._prefectures.setdefault(normalize(city.name), city.prefectures)
        self._lexicon = Lexicon((name, name) for name in self._prefectures)

    def find(self, analysis: Analysis) -> tuple[str, tuple[str, ...]]:
        """The place named last in the text, as it was written, and the prefectures it may lie in; empty if none."""
        spans = {token.start: token.end for token in analysis.tokens}
        found = [names[0] for *_, names in self._lexicon.find(analysis.text, spans)]
        if not found:
            return "", ()
        certain = [name for name in found if len(self._prefectures[name]) == 1]
        place = certain[-1] if certain else found[-1]
        return place, self._prefectures[place]
