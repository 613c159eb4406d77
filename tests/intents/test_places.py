"""Which prefectures a text names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.places import Places
from intents.rules import load_rules
from intents.understanding import Understander
from knowledge.analysis import build_analyzer
from knowledge.loading import load_knowledge
from knowledge.model import Prefecture

SHIPPED = load_knowledge()
UNDERSTANDER = Understander(build_analyzer(SHIPPED), Places(SHIPPED), load_rules())


def prefectures(text: str) -> tuple[str, ...]:
    return UNDERSTANDER.understand(text).slots.prefectures


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("東京都の窓口", "東京都"),
        ("京都の窓口", "京都府"),
        ("東京の窓口", "東京都"),
        ("都内で相談したい", "東京都"),
        ("道東の窓口", "北海道"),
        ("ほっかいどう", "北海道"),
        ("横浜で店をやっています", "神奈川県"),
        ("ｶﾅｶﾞﾜ", "神奈川県"),
        ("大阪府中央区", "大阪府"),
        ("札幌市の商工会議所", "北海道"),
        ("OSAKA", "大阪府"),
        ("広島県府中市", "広島県"),
        ("府中市 東京都", "東京都"),
        ("東京から大阪に移りました", "大阪府"),
    ],
)
def test_a_place_lies_in_its_prefecture(text: str, meant: str) -> None:
    assert prefectures(text) == (meant,)


@pytest.mark.parametrize("text", ["府中", "府中市で開業したい"])
def test_a_name_that_lies_in_two_prefectures_gives_both(text: str) -> None:
    slots = UNDERSTANDER.understand(text).slots

    assert set(slots.prefectures) == {"東京都", "広島県"}
    assert slots.place.startswith("府中")


@pytest.mark.parametrize("text", ["", "経営革新計画とは", "都度払いにしたい", "福利厚生", "香りの専門店"])
def test_words_that_are_no_places_name_none(text: str) -> None:
    assert prefectures(text) == ()


@pytest.mark.parametrize("prefecture", SHIPPED.prefectures, ids=lambda prefecture: prefecture.code)
def test_every_prefecture_is_found_by_each_of_its_names(prefecture: Prefecture) -> None:
    found = {name: prefectures(f"{name}の窓口") for name in (prefecture.name, prefecture.short, *prefecture.aliases)}

    assert {name: names for name, names in found.items() if names != (prefecture.name,)} == {}


def test_every_city_is_found_where_it_lies() -> None:
    found = {city.name: prefectures(f"{city.name}の窓口") for city in SHIPPED.cities}

    assert [city.name for city in SHIPPED.cities if set(found[city.name]) != set(city.prefectures)] == []


@given(st.text(alphabet=st.characters(), max_size=100))
def test_any_text_names_known_prefectures_or_none(text: str) -> None:
    assert set(prefectures(text)) <= {prefecture.name for prefecture in SHIPPED.prefectures}
