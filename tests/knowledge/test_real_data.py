"""The knowledge that is shipped keeps its promises; what it cites can be found where it says."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from knowledge.loading import load_knowledge
from knowledge.model import KnowledgeBase
from knowledge.text.normalize import normalize

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
FILES = {
    "smrj-service-guide": "000_",
    "smrj-plan-r6": "001_",
    "keiei-kakushin-guide-2020": "002_",
    "shien-kikan-2017": "003_",
    "kasseika-guide-2024": "004_",
}
HOTLINE_OF_2020 = "0570-009-111"
DASHES = re.compile(r" *[‐‑‒–—―−ー\-] *")


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return load_knowledge()


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    """The texts of the source documents by id, width and dashes alike."""
    if not SOURCES.is_dir():
        pytest.skip("the source documents lie beside the repository of the project only")
    return {
        doc: _plain(next(SOURCES.glob(f"{start}*.txt")).read_text(encoding="utf-8")) for doc, start in FILES.items()
    }


def _plain(text: str) -> str:
    return DASHES.sub("-", unicodedata.normalize("NFKC", text))


def test_the_first_five_topics_have_the_promised_number_of_entries(shipped: KnowledgeBase) -> None:
    counted = Counter(entry.topic for entry in shipped.entries)

    promised = {"keiei-kakushin": 70, "kyosai-safety": 45, "kyosai-shokibo": 45, "kasseika": 40, "service": 20}
    assert {topic: counted[topic] for topic in promised if counted[topic] < promised[topic]} == {}


def test_every_topic_of_an_entry_is_known(shipped: KnowledgeBase) -> None:
    assert {entry.topic for entry in shipped.entries} <= {topic.id for topic in shipped.topics}


def test_every_program_is_open_or_says_what_became_of_it(shipped: KnowledgeBase) -> None:
    for program in shipped.programs:
        if program.status == "renamed":
            assert shipped.program[program.renamed_to].status != "renamed", program.id


@pytest.mark.parametrize("institution", ["kasseika-kyogikai", "shien-center", "todofuken"])
def test_every_prefecture_has_exactly_one_desk(shipped: KnowledgeBase, institution: str) -> None:
    desks = Counter(office.prefecture for office in shipped.offices_of(institution))

    assert desks == Counter(prefecture.name for prefecture in shipped.prefectures)
    assert len(desks) == 47


def test_the_prefectures_are_numbered_as_the_standard_numbers_them(shipped: KnowledgeBase) -> None:
    """JIS X 0401: 01 is Hokkaido, 13 Tokyo, 47 Okinawa."""
    assert [prefecture.code for prefecture in shipped.prefectures] == [f"{number:02}" for number in range(1, 48)]
    assert [shipped.prefecture[code].name for code in ("01", "13", "27", "47")] == [
        "北海道",
        "東京都",
        "大阪府",
        "沖縄県",
    ]


def test_no_place_name_is_given_twice(shipped: KnowledgeBase) -> None:
    names = Counter(normalize(city.name) for city in shipped.cities)
    names.update(normalize(alias) for prefecture in shipped.prefectures for alias in prefecture.aliases)

    assert [name for name, count in names.items() if count > 1] == []


def test_the_telephone_number_of_every_desk_stands_in_the_source_it_cites(
    shipped: KnowledgeBase, documents: dict[str, str]
) -> None:
    strays = [
        f"{office.id} {office.tel}"
        for office in shipped.offices
        if office.tel and not _stands(office.tel, documents[office.doc])
    ]

    assert strays == []


def _stands(tel: str, text: str) -> bool:
    """Whether a number stands in a text, written with dashes or with brackets, and not as a part of a longer one."""
    area, *rest = tel.split("-")
    pattern = rf"(?<!\d)\(?{area}[-)(]{r'[-)(]'.join(rest)}(?!\d)"
    return bool(re.search(pattern, text))


def test_every_council_stands_in_one_row_with_its_number(shipped: KnowledgeBase, documents: dict[str, str]) -> None:
    """Else two rows could have been swapped without any number being wrong."""
    rows = documents["kasseika-guide-2024"].splitlines()

    for office in shipped.offices_of("kasseika-kyogikai"):
        assert any(office.name in row and _stands(office.tel, row) for row in rows), office.id


def test_the_hotline_is_the_one_of_the_newest_document(shipped: KnowledgeBase, documents: dict[str, str]) -> None:
    """The number of 2020 may be named only to say that it is old."""
    old, new = HOTLINE_OF_2020, "050-3171-8814"

    assert _stands(new, documents["smrj-service-guide"])
    assert [entry.id for entry in shipped.entries if old in entry.answer and new not in entry.answer] == []
    assert [item.id for item in shipped.programs if old in item.contact] == []


def test_telephone_numbers_in_answers_belong_to_a_known_desk_or_stand_in_a_cited_source(
    shipped: KnowledgeBase, documents: dict[str, str]
) -> None:
    desks = {office.tel for office in shipped.offices}
    strays = [
        f"{entry.id} {tel}"
        for entry in shipped.entries
        for tel in re.findall(r"0\d{1,4}-\d{1,4}-\d{3,4}", entry.answer)
        if tel not in desks | {HOTLINE_OF_2020}
        and not any(_stands(tel, documents[citation.doc]) for citation in entry.sources if citation.doc in documents)
    ]

    assert strays == []
