"""From a text to its understanding: analysis, intent and slots."""

from intents.model import Slots, Understanding
from intents.places import Places
from intents.rules import Rule, intent_of
from knowledge.text.analyzer import Analyzer


class Understander:
    """Understands single utterances; knows nothing of the conversation around them."""

    def __init__(self, analyzer: Analyzer, places: Places, rules: tuple[Rule, ...]) -> None:
        self._analyzer = analyzer
        self._places = places
        self._rules = rules

    def understand(self, text: str) -> Understanding:
        """Understands any string; never fails."""
        analysis = self._analyzer.analyze(text)
        place, prefectures = self._places.find(analysis)
        return Understanding(analysis, intent_of(analysis.text, self._rules), Slots(prefectures, place))
