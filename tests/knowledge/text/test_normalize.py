"""The many ways of writing the same Japanese text meet in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text.normalize import join_surrogates, normalize


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ｾｰﾌﾃｨ共済", "セーフティ共済"),
        ("ＩＴ導入", "it導入"),
        ("サ－ビス", "サービス"),
        ("サ−ビス", "サービス"),
        ("サ―ビス", "サービス"),
        ("０４５‐６３３−５１４３", "045-633-5143"),
        ("03ー1234ー5678", "03-1234-5678"),
        ("経営革新\u200b計画\ufeff", "経営革新計画"),
        ("共済😀とは\U00100001", "共済 とは"),
        ("㈱ソーダン", "(株)ソーダン"),
        ("　　資金\t繰り\n", "資金 繰り"),
        ("\ud83d共済", "共済"),
    ],
)
def test_variants_of_writing_become_one(written: str, meant: str) -> None:
    assert normalize(written) == meant


@pytest.mark.parametrize(
    "written",
    ["８千万円", "8,000万円", "80000000円", "八千万円", "8000万円", "0.8億円", "80,000,000円", "８，０００万円"],
)
def test_the_same_amount_is_the_same_text(written: str) -> None:
    assert normalize(written) == "80000000円"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.5億", "150000000"),
        ("1億5,000万円", "150000000円"),
        ("二百万円", "2000000円"),
        ("三年計画で十五%", "3年計画で15%"),
        ("一億二千三百万", "123000000"),
        ("五十人", "50人"),
    ],
)
def test_amounts_with_units_are_counted_out(written: str, meant: str) -> None:
    assert normalize(written) == meant


@pytest.mark.parametrize("word", ["三重県", "八百屋", "万一", "千葉", "一部", "第66条の11", "2020年3月", "一番"])
def test_words_that_only_look_like_numbers_stay_words(word: str) -> None:
    assert normalize(word) == word


@given(st.text(alphabet=st.characters(), max_size=200))
def test_normalising_never_fails_and_can_be_stored(text: str) -> None:
    assert normalize(text).encode("utf-8").decode("utf-8") == normalize(text)


@given(
    st.text(alphabet=st.sampled_from("0123456789,.一二十百千万億円年人ーｰ-−~ぁァかカ㌔①\u3099\u200d　 "), max_size=40)
)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text)

    assert normalize(once) == once


@given(st.text(alphabet=st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=20))
def test_surrogates_are_joined_or_dropped(text: str) -> None:
    joined = join_surrogates(text)

    assert not any("\ud800" <= character <= "\udfff" for character in joined)
    assert [c for c in joined if c < "\ud800"] == [c for c in text if c < "\ud800"]


def test_a_hundred_thousand_characters_are_normalised() -> None:
    assert len(normalize("経営" * 50_000)) == 100_000
