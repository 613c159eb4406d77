"""Which desk is wanted: from institutions and programmes that a text names to offices of a prefecture."""

from collections.abc import Iterable

from bot.decision import Contact
from knowledge.model import KnowledgeBase, Office
from knowledge.text.analyzer import Analysis

MOST_CONTACTS = 3
_WISH = (
    "電話", "番号", "連絡先", "住所", "場所", "窓口", "所在地", "アクセス", "問い合わせ", "問合せ", "tel", "どこにあ", "どこです",
    "どこ?", "どこへ", "どこに相談", "どこで相談", "相談先", "相談できる所", "相談できるところ",
)  # fmt: skip
_IDLE_WORDS = frozenset(
    [
        "教える",
        "知る",
        "相談",
        "行く",
        "御願い",
        "願う",
        "調べる",
        "欲しい",
        "何処",
        "電話",
        "番号",
        "住所",
        "連絡",
        "窓口",
        "場所",
        "近く",
        "最寄り",
        "県",
        "市",
    ]
)
# Where no institution is named, these are shown, in this order (shien-kikan-2017: the nearest first).
GENERAL_INSTITUTIONS = ("shien-center", "kasseika-kyogikai", "todofuken")


class Directory:
    """Finds desks; knows nothing of the conversation."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._with_offices = {office.institution for office in knowledge.offices}

    def institution_named(self, analysis: Analysis) -> str:
        """The institution with desks that a text names, by itself or by its programme; empty if none."""
        knowledge = self._knowledge
        direct = (name for name in analysis.concepts if name in knowledge.institution)
        through = (knowledge.program[name].provider for name in analysis.concepts if name in knowledge.program)
        return next((name for name in (*direct, *through) if name in self._with_offices), "")

    def is_wish(self, analysis: Analysis) -> bool:
        """Whether a text asks for a desk rather than about it."""
        return any(word in analysis.text for word in _WISH)

    def is_bare(self, analysis: Analysis, place: str) -> bool:
        """Whether nothing is said but an institution and a place (「神奈川の活性化協議会」)."""
        spans = [(m.start, m.end) for m in analysis.mentions if self._names_body(m.concepts)]
        left = (
            token
            for token in analysis.tokens
            if token.is_content
            and token.surface not in place
            and not any(start <= token.start < end for start, end in spans)
        )
        return all(token.lemma in _IDLE_WORDS for token in left)

    def _names_body(self, concepts: Iterable[str]) -> bool:
        return any(name in self._knowledge.institution or name in self._knowledge.program for name in concepts)

    def contacts(self, institutions: Iterable[str], prefecture: str) -> tuple[Contact, ...]:
        """The desks of institutions in a prefecture, at most `MOST_CONTACTS`."""
        found = (
            office for name in institutions for office in self._knowledge.offices_of(name, prefecture) if prefecture
        )
        return tuple(_contact(office) for office in found)[:MOST_CONTACTS]

    def nationwide(self, institution: str) -> tuple[Contact, ...]:
        """The desks of an institution that serve the whole country."""
        offices = self._knowledge.offices_of(institution)
        return tuple(_contact(office) for office in offices if not office.prefecture)[:MOST_CONTACTS]

    def as_of(self, institution: str) -> str:
        """As of when (YYYY-MM) the desks of an institution are known."""
        return max((office.as_of for office in self._knowledge.offices_of(institution)), default="")


def _contact(office: Office) -> Contact:
    address = f"〒{office.postal_code} {office.address}" if office.postal_code else office.address
    return Contact(office.name, office.prefecture, office.tel, address)
