"""What is left of texts once a user took their words back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.erasing import unquoted, without
from bot.reception import LONGEST_QUESTION

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(str.strip).filter(bool)


@given(words, st.lists(words, max_size=3), st.integers(0, 3))
def test_a_message_is_taken_out_of_a_question_and_the_others_stay(said: str, others: list[str], place: int) -> None:
    messages = [*others[:place], said, *others[place:]]
    question = "\n".join(messages)

    left = without(question, said)

    if said not in "\n".join(others):
        assert left.split() == "\n".join(others).split()
        assert said not in left


@given(words)
def test_a_message_that_was_cut_is_taken_out_as_well(said: str) -> None:
    long = said * LONGEST_QUESTION

    assert without(long[:LONGEST_QUESTION], long) == ""
    assert without(f"A\n{long}"[:LONGEST_QUESTION], long) == "A"


def test_words_inside_a_message_are_no_message() -> None:
    assert without("共済の解約について", "共済") == "共済の解約について"
    assert without("共済", "共済の解約について") == "共済"


def test_a_quoted_question_is_taken_out_of_a_text() -> None:
    text = "ご相談の内容「秘密\nほか」と、これまでの会話を共有します。"

    assert unquoted(text, "秘密", "(取消)") == "ご相談の内容「ほか」と、これまでの会話を共有します。"
    assert unquoted("内容「秘密」です", "秘密", "(取消)") == "内容「(取消)」です"
    assert unquoted("内容「「秘密」の話」です", "「秘密」の話", "(取消)") == "内容「(取消)」です"


def test_other_texts_stay_as_they_are() -> None:
    for text in ("秘密", "「ほかの秘密」", "どれでもない"):
        assert unquoted(text, "秘密", "(取消)") == text
