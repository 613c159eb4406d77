"""After the talk with an expert: the rating, the comment, and what came too late, over the bot as it is shipped."""

import pytest

from bot.engine import Engine
from tests.bot.reception import LIMIT, MATTER, ended, values


@pytest.mark.parametrize(
    ("said", "rating"),
    [
        ("5", 5),
        ("\uff15", 5),
        ("4点", 4),
        ("3です", 3),
        ("2番", 2),
        ("1。", 1),
        ("とても役に立った", 5),
        ("役に立たなかった。", 1),
    ],
)
def test_a_rating_is_taken_as_a_number_or_in_words(engine: Engine, said: str, rating: int) -> None:
    talk = ended(engine)

    decision = talk.say(said)

    assert (decision.action, talk.status, talk.known.rating) == ("rated", "rated", rating)
    assert values(decision) == ["no-comment"]


def test_a_rating_by_its_button_counts_once(engine: Engine) -> None:
    talk = ended(engine)
    talk.tap("rate:4")

    assert talk.tap("rate:1").action == "rated"
    assert (talk.status, talk.known.rating) == ("rated", 4)


@pytest.mark.parametrize("action", ["rate:0", "rate:6", "rate:", "rate:x", "rate:²"])
def test_no_other_number_is_a_rating(engine: Engine, action: str) -> None:
    talk = ended(engine)
    talk.tap(action)

    assert talk.status == "closed"


def test_a_number_is_a_rating_only_where_one_was_asked_for(engine: Engine) -> None:
    talk = ended(engine)
    talk.say(LIMIT)

    assert talk.say("5").action == "clarify"
    assert talk.known.rating == 0
    talk.tap("rate:5")
    assert talk.known.rating == 5


def test_thanks_come_before_the_rating(engine: Engine) -> None:
    talk = ended(engine)

    assert talk.say("ありがとうございました").action == "smalltalk"
    assert talk.say("5").action == "rated"


def test_a_day_later_nothing_is_rated(engine: Engine) -> None:
    talk = ended(engine)
    talk.later(hours=25)

    talk.tap("rate:5")

    assert talk.status == "closed"


@pytest.mark.parametrize(
    "text",
    [
        "とても丁寧に教えてもらえました",
        "助かりました",
        "ありがとうございました",
        "よくわかりませんでした",
        "話が早くて助かる",
        "最初のボットは役に立たなかったです",
        "補助金のことがよくわかりました。",
        "解決しませんでした",
    ],
)
def test_what_follows_the_rating_and_asks_nothing_is_a_comment(engine: Engine, text: str) -> None:
    talk = ended(engine)
    talk.tap("rate:5")

    assert talk.say(text).action == "rated"
    assert talk.known.comment == text
    assert talk.say(LIMIT).action == "answer"


@pytest.mark.parametrize(
    "text", [LIMIT, "倒産防はいくらまで借りられますか?", "補助金はありますか", "就業規則を作りたい"]
)
def test_a_question_after_the_rating_is_answered(engine: Engine, text: str) -> None:
    talk = ended(engine)
    talk.tap("rate:5")

    assert talk.say(text).action in {"answer", "choose", "clarify"}
    assert talk.known.comment == ""


@pytest.mark.parametrize("text", ["特になし", "特にありません", "なし", "結構です", "いいえ"])
def test_no_comment_is_fine(engine: Engine, text: str) -> None:
    talk = ended(engine)
    talk.tap("rate:3")

    assert talk.say(text).action == "rated"
    assert talk.known.comment == ""


def test_no_comment_may_be_tapped(engine: Engine) -> None:
    talk = ended(engine)
    talk.tap("rate:3")

    assert talk.tap("no-comment").action == "rated"
    assert talk.say(LIMIT).action == "answer"


@pytest.mark.parametrize("text", [LIMIT, "5", "役に立った", "従業員は5人です"])
def test_what_was_written_before_the_end_is_answered_and_never_a_rating(engine: Engine, text: str) -> None:
    talk = ended(engine)

    decision = talk.say(text, is_late=True)

    assert decision.action not in {"rated", "relayed"}
    assert decision.text
    assert talk.status == "closed"


def test_after_a_late_word_the_rating_is_still_asked_for(engine: Engine) -> None:
    talk = ended(engine)
    talk.say(LIMIT, is_late=True)

    assert talk.say("5").action == "rated"


def test_after_the_end_another_person_may_be_asked_for(engine: Engine) -> None:
    talk = ended(engine)
    receipt = talk.known.receipt

    talk.say(MATTER)
    talk.tap("connect")

    assert talk.status == "queued"
    assert talk.known.receipt != receipt
