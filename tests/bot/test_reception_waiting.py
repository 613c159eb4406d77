"""Waiting for an expert and talking with one, turn by turn over the bot as it is shipped."""

import pytest

from bot.engine import Engine
from bot.handoff import BEST_RATING
from bot.reception import Standing
from tests.bot.reception import LIMIT, queued, values, with_expert

# Waiting


@pytest.mark.parametrize(
    "text",
    [
        "何番目ですか", "いま何番目?", "あと何人待ちですか", "あと何人ですか", "どのくらい待ちますか", "あとどれくらいですか",
        "どれくらい待てばいいですか", "何分待ちですか", "あと何分くらいかかりますか", "順番を教えてください", "順番は",
        "順番はどうなっていますか", "待ち時間は", "待ち時間はどれくらいですか", "まだですか", "まだつながりませんか",
        "いつつながりますか", "状況を教えてください", "専門家につないでください", "よろしくお願いします", "はい、待ちます",
    ],
)  # fmt: skip
def test_who_asks_for_their_place_is_told(engine: Engine, text: str) -> None:
    talk = queued(engine)
    talk.standing = Standing(place=4, minutes=None)

    told = talk.say(text)

    assert (told.action, talk.status) == ("queued", "queued")
    assert "4番目" in told.text
    assert "目安" not in told.text


@pytest.mark.parametrize("action", ["connect", "promise", "person"])
def test_a_second_tap_tells_the_place_again(engine: Engine, action: str) -> None:
    talk = queued(engine)

    assert "2番目" in talk.tap(action).text
    assert talk.status == "queued"


@pytest.mark.parametrize(
    "text",
    [
        "やめます",
        "やめる",
        "やっぱりやめます",
        "待つのをやめます",
        "キャンセルしてください",
        "取り消してください",
        "もう待てません",
        "終了",
    ],
)
def test_who_waits_may_leave_in_words(engine: Engine, text: str) -> None:
    talk = queued(engine)

    assert "取りやめました" in talk.say(text).text
    assert talk.status == "cancelled"


@pytest.mark.parametrize("action", ["cancel-handoff", "end"])
@pytest.mark.parametrize("begins", ["2026-11-20 10:00", "2026-11-20 20:00"])
def test_who_waits_may_leave_by_a_tap(engine: Engine, action: str, begins: str) -> None:
    talk = queued(engine, begins)

    talk.tap(action)

    assert talk.status == "cancelled"


def test_while_waiting_the_bot_answers_and_small_talk_leaves_no_queue(engine: Engine) -> None:
    talk = queued(engine)

    assert talk.say(LIMIT).action == "answer"
    assert talk.say("ありがとうございます").action == "smalltalk"
    assert talk.say("神奈川です").action == "smalltalk"
    assert talk.status == "queued"


def test_a_goodbye_for_the_day_keeps_the_promise(engine: Engine) -> None:
    talk = queued(engine, "2026-11-20 20:00")

    for text in ("終わり", "おやすみなさい", "ありがとうございました"):
        assert talk.say(text).action == "smalltalk"
        assert talk.status == "promised"
    assert talk.say("何番目ですか").action == "offline_form"
    assert "11月24日(火)の受付の" in talk.say("順番は").text


# With the expert


@pytest.mark.parametrize("text", [LIMIT, "ありがとう", "どれでもない", "何番目ですか", "やめます", "人と話したい", "5"])
def test_while_an_expert_has_the_talk_the_bot_says_nothing(engine: Engine, text: str) -> None:
    talk = with_expert(engine)

    decision = talk.say(text)

    assert (decision.action, decision.text, decision.choices) == ("relayed", "", ())
    assert talk.status == "active"


def test_taps_are_passed_on_too(engine: Engine) -> None:
    talk = with_expert(engine)

    assert [talk.tap(action).action for action in ("entry:safety-004", "person", "cancel-handoff")] == ["relayed"] * 3


def test_danger_to_life_is_answered_at_once_also_while_an_expert_has_the_talk(engine: Engine) -> None:
    talk = with_expert(engine)

    decision = talk.say("もう死にたいです")

    assert (decision.action, talk.status) == ("crisis", "active")
    assert "0120-279-338" in decision.text


@pytest.mark.parametrize("text", ["終了", "相談を終了します", "チャットを終わりにします", "これで終わります"])
def test_the_user_may_end_it_in_words(engine: Engine, text: str) -> None:
    talk = with_expert(engine)

    decision = talk.say(text)

    assert (decision.action, talk.status) == ("closed", "closed")
    assert values(decision) == [f"rate:{number}" for number in range(BEST_RATING, 0, -1)]
    assert "役に立ちましたか" in decision.text


def test_the_user_may_end_it_by_a_tap_and_go_on_with_the_bot(engine: Engine) -> None:
    talk = with_expert(engine)
    talk.tap("end")

    assert talk.status == "closed"
    assert talk.say(LIMIT).action == "answer"


@pytest.mark.parametrize("text", ["やめます", "終了"])
def test_who_leaves_before_the_expert_came_is_not_asked_how_it_was(engine: Engine, text: str) -> None:
    talk = queued(engine)
    talk.assigned()

    decision = talk.say(text)

    assert (decision.action, talk.status, decision.choices) == ("closed", "closed", ())
    assert talk.say("5").action == "clarify"


def test_a_leaving_tap_counts_while_the_expert_has_not_come(engine: Engine) -> None:
    talk = queued(engine)
    talk.assigned()

    talk.tap("cancel-handoff")

    assert talk.status == "closed"
