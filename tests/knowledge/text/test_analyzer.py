"""What is indexed of a text: lemmas, terms of the field kept whole, and character n-grams."""

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text.analyzer import Analyzer
from knowledge.text.lexicon import Lexicon

TERMS = [("経営革新計画", "plan"), ("事業承継", "succession"), ("it", "it"), ("革新", "innovation")]
ANALYZER = Analyzer(Lexicon(TERMS))


def test_inflected_words_become_their_dictionary_form() -> None:
    assert "借りる" in ANALYZER.analyze("共済からいくら借りられますか").terms


def test_a_term_is_kept_whole_beside_its_parts() -> None:
    terms = ANALYZER.analyze("経営革新計画の申請").terms

    assert {"経営", "革新", "計画", "@plan"} <= set(terms)
    assert "@innovation" not in terms


def test_a_term_is_not_found_inside_another_word() -> None:
    assert "@it" in ANALYZER.analyze("ITの相談").terms
    assert "@it" not in ANALYZER.analyze("gitの相談").terms


def test_particles_and_punctuation_are_not_indexed() -> None:
    assert ANALYZER.analyze("事業承継とは、何ですか。").terms == ("事業", "承継", "何", "@succession")


def test_hiragana_and_katakana_give_the_same_ngrams() -> None:
    assert ANALYZER.analyze("せーふてぃ").grams == ANALYZER.analyze("セーフティ").grams


def test_a_typo_leaves_most_ngrams_in_place() -> None:
    right, wrong = (set(ANALYZER.analyze(text).grams) for text in ("経営革新計画の承認申請", "経営核新計画の承認申請"))

    assert len(right & wrong) / len(right) > 0.5


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_analysis_never_fails_and_tokens_cover_their_text(text: str) -> None:
    analysis = ANALYZER.analyze(text)

    for token in analysis.tokens:
        assert analysis.text[token.start : token.end] == token.surface
    assert analysis.terms is not None
    assert all(2 <= len(gram.removeprefix("~")) <= 3 for gram in analysis.grams)


def test_a_hundred_thousand_characters_do_not_stop_it() -> None:
    assert ANALYZER.analyze("共済" * 50_000).terms
    assert ANALYZER.analyze("\ud83d" * 100_000).terms == ()
