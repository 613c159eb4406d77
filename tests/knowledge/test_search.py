"""The right entry of the real knowledge is found however it is asked for, with a probability one can rely on."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Library, open_library
from knowledge.search import Candidate
from tests.builders import KnowledgeFolder

LIMIT = "safety-004"  # 経営セーフティ共済ではいくらまで借りられますか
SUPPORT = "kasseika-038"  # 経営改善計画策定支援(405事業)は何を補助してくれるのですか


def ask(library: Library, text: str) -> tuple[Candidate, ...]:
    return library.search(library.analyzer.analyze(text))


def first(library: Library, text: str) -> str:
    """The id of the entry that is thought to answer best."""
    return library.entry_at(ask(library, text)[0].position).id


def offered(library: Library, text: str) -> list[str]:
    """The ids of the three entries that would be offered."""
    return [library.entry_at(candidate.position).id for candidate in ask(library, text)[:3]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("経営セーフティ共済ではいくらまで借りられますか", LIMIT),
        ("経営セーフティ共済でいくらまで借りれる?", LIMIT),
        ("経営セーフテイ共済ではいくらまで借りられますか", LIMIT),
        ("経営セーフティー共催ではいくらまで借りられますか", LIMIT),
        ("経営核新計画とはどんな制度ですか", "keiei-kakushin-001"),
        ("中小企業活生化協議会は何をしてくれるところですか", "kasseika-001"),
    ],
)
def test_a_typo_still_finds_the_entry(library: Library, text: str, wanted: str) -> None:
    assert wanted in offered(library, text)


def test_a_training_phrase_leads_to_its_entry(tmp_path: Path) -> None:
    folder = KnowledgeFolder(tmp_path / "knowledge", entries=8)
    told = "ぴよぴよの件でごにょごにょしたい"
    folder.write("phrases/sample.yaml", f"phrases:\n  - entry: sample-5\n    texts: [{told}]\n")

    assert first(open_library(None, folder.path), "ごにょごにょの件") == "sample-5"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("とうさんぼうって何", "safety-001"),
        ("ﾄｳｻﾝﾎﾞｳって何", "safety-001"),
        ("しょうきぼきぎょうきょうさいとは", "shokibo-001"),
        ("けいえいかくしん計画 ざっくり知りたい", "keiei-kakushin-001"),
    ],
)
def test_kana_finds_what_is_written_in_kanji(library: Library, text: str, wanted: str) -> None:
    assert first(library, text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "経営改善計画策定支援(405事業)は何を補助してくれるのですか",
        "経営改善計画策定支援（４０５事業）は何を補助してくれるのですか?",
        "　経営改善計画策定支援 ( 405事業 ) は何を補助してくれるのですか。",
        "経営改善計画策定支援(405事業)は何を補助してくれるのですか\u200b😀",
    ],
)
def test_width_spaces_and_emoji_make_no_difference(library: Library, text: str) -> None:
    assert first(library, text) == SUPPORT
    assert ask(library, text)[0].confidence > library.model.answer_threshold


@pytest.mark.parametrize("name", ["倒産防", "経営セーフティ共済", "セーフティ共済", "中小企業倒産防止共済"])
def test_every_name_of_a_programme_finds_the_same_entry(library: Library, name: str) -> None:
    assert LIMIT in offered(library, f"{name}ではいくらまで借りられますか")


def test_all_names_of_a_programme_are_one_concept(library: Library) -> None:
    for program in library.knowledge.programs:
        for name in (program.name, *program.aliases):
            assert program.id in library.analyzer.analyze(name).concepts, name


@pytest.mark.parametrize(
    "same",
    [
        ("掛金総額が８００万円になった", "掛金総額が8,000,000円になった", "掛金総額が八百万円になった"),
        ("上限の８千万円まで借りたい", "上限の8,000万円まで借りたい", "上限の80000000円まで借りたい"),
        ("掛金を月二十万円にしたい", "掛金を月20万円にしたい", "掛金を月２００，０００円にしたい"),
    ],
)
def test_an_amount_is_the_same_however_it_is_written(library: Library, same: tuple[str, ...]) -> None:
    results = [ask(library, text) for text in same]

    assert all(result == results[0] for result in results)
    assert library.entry_at(results[0][0].position).topic == "kyosai-safety"


@pytest.mark.parametrize(
    "text", ["ぬるぽ", "asdfghjkl", "量子コンピュータの冷却装置の作り方", "犬の散歩のコツ", "モルカー"]
)
def test_what_nothing_answers_gets_low_confidence(library: Library, text: str) -> None:
    assert all(candidate.confidence < library.model.answer_threshold for candidate in ask(library, text))


@pytest.mark.parametrize("text", ["", "。。。", "😀", "\ud83d"])
def test_a_text_without_words_has_no_candidates(library: Library, text: str) -> None:
    assert ask(library, text) == ()


def test_most_curated_questions_find_their_own_entry_and_hardly_any_finds_another_surely(library: Library) -> None:
    entries = library.knowledge.entries
    found = [(entry.id, first(library, entry.question)) for entry in entries]
    confident = [ask(library, entry.question)[0].confidence >= library.model.answer_threshold for entry in entries]

    own = sum(wanted == got for wanted, got in found)
    misled = [pair for pair, sure in zip(found, confident, strict=True) if sure and pair[0] != pair[1]]
    assert own / len(entries) >= 0.97
    assert misled == []


def test_the_thresholds_are_probabilities_in_order(library: Library) -> None:
    assert 0 < library.model.choose_threshold <= library.model.answer_threshold <= 1
    assert library.model.found["answer_precision"] >= 0.95


def test_the_same_question_twice_gives_the_same_result(library: Library) -> None:
    text = "取引先が倒産した。共済からいくら借りられる?"

    assert ask(library, text) == ask(library, text)


def test_the_result_does_not_depend_on_what_was_asked_before(library: Library) -> None:
    before = ask(library, "補助金の使い方")
    ask(library, "経営革新計画とは")

    assert ask(library, "補助金の使い方") == before


WORDS = st.sampled_from(
    ["共済", "経営革新計画", "借入", "8千万円", "とうさんぼう", "ﾎｼｮｳ", " ", "?", "の", "\ud83d", "天気", "abc"]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(alphabet=st.characters(), max_size=200), st.lists(WORDS, max_size=30).map("".join)))
def test_any_text_gives_sorted_candidates_with_probabilities(library: Library, text: str) -> None:
    candidates = ask(library, text)

    confidences = [candidate.confidence for candidate in candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 and math.isfinite(confidence) for confidence in confidences)
    assert len({candidate.position for candidate in candidates}) == len(candidates)
    assert all(map(library.entry_at, (candidate.position for candidate in candidates)))
    assert all(math.isfinite(value) for candidate in candidates for value in candidate.features)
