"""Offers of a person, in hours and out of them, turn by turn over the bot as it is shipped."""

import pytest

from bot.calendar import BusinessCalendar, OwnDay, parse_intervals
from bot.conversation import State, Utterance
from bot.engine import Engine
from bot.reception import Standing
from bot.specialities import GENERAL
from tests.bot.reception import LIMIT, MATTER, Talk, tokyo, values

TELEPHONE = "050-3171-8814"


# Offers


def test_who_asks_for_a_person_reads_the_question_back_and_says_yes(engine: Engine) -> None:
    talk = Talk(engine)

    offer = talk.say(MATTER)

    assert (offer.action, values(offer)) == ("handoff", ["connect", "cancel-handoff"])
    assert f"「{MATTER}」" in offer.text
    assert "書き足したいことがあれば" in offer.text
    assert (talk.status, talk.known.reason, talk.known.speciality) == ("offered", "asked", GENERAL)

    told = talk.tap("connect")

    assert (told.action, talk.status) == ("queued", "queued")
    assert "2番目" in told.text
    assert "約15分" in told.text
    assert values(told) == ["cancel-handoff"]
    assert (talk.known.question, talk.known.speciality) == (MATTER, "shokei")


def test_a_bare_wish_after_a_question_takes_the_question_along(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(LIMIT)

    assert f"「{LIMIT}」" in talk.say("人に相談したい").text
    assert talk.known.question == LIMIT


def test_a_wish_that_names_its_matter_is_the_question(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(LIMIT)

    talk.say("融資のことで人と話したい")

    assert talk.known.question == "融資のことで人と話したい"


def test_a_bare_wish_is_asked_what_it_is_about_and_the_answer_joins_the_queue(engine: Engine) -> None:
    talk = Talk(engine)

    asked = talk.tap("person")
    assert "ひとことお書きください" in asked.text
    assert values(asked) == ["cancel-handoff"]

    talk.say("就業規則を作りたいのですが、何から始めればよいですか")

    assert (talk.status, talk.known.speciality) == ("queued", "romu")
    assert talk.known.question == "就業規則を作りたいのですが、何から始めればよいですか"


@pytest.mark.parametrize("text", ["はい", "人と話したい", "お願いします"])
def test_a_yes_without_a_question_is_asked_for_one(engine: Engine, text: str) -> None:
    talk = Talk(engine)
    talk.say("専門家に相談したい")

    decision = talk.say(text)

    assert (decision.action, talk.status) == ("handoff", "offered")
    assert "ひとことお書きください" in decision.text
    talk.say("海外に商品を輸出したいです")
    assert (talk.status, talk.known.speciality) == ("queued", "kaigai")


@pytest.mark.parametrize(
    "text",
    [
        "はい", "はい、お願いします。", "お願いします", "よろしくお願いします", "よろしくお願いいたします", "つないでください",
        "専門家につないでください", "OK", "いいですよ", "ええ", "そうしてください", "それでお願いします", "ぜひ",
    ],
)  # fmt: skip
def test_a_yes_in_words_joins_the_queue(engine: Engine, text: str) -> None:
    talk = Talk(engine)
    talk.say(MATTER)

    assert talk.say(text).action == "queued"
    assert talk.known.question == MATTER


@pytest.mark.parametrize(
    "text",
    [
        "いいえ", "やめます", "やめる", "やっぱりやめます", "やっぱりいいです", "結構です", "今はいいです", "不要です",
        "キャンセルします", "少し考えます", "考えさせてください", "後にします", "終了",
    ],
)  # fmt: skip
def test_a_no_in_words_ends_the_offer(engine: Engine, text: str) -> None:
    talk = Talk(engine)
    talk.say(MATTER)

    assert talk.say(text).action == "smalltalk"
    assert talk.status == "cancelled"
    assert talk.say(LIMIT).action == "answer"


def test_what_is_written_after_the_offer_is_added_to_the_question(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(MATTER)

    talk.say("従業員は5人です")

    assert (talk.status, talk.known.question) == ("queued", f"{MATTER}\n従業員は5人です")


@pytest.mark.parametrize("text", ["?", "……", "3", "😀"])
def test_what_has_no_word_in_it_joins_no_queue(engine: Engine, text: str) -> None:
    talk = Talk(engine)
    talk.say(MATTER)

    talk.say(text)

    assert (talk.status, talk.known.question) == ("offered", MATTER)


@pytest.mark.parametrize("text", ["ありがとうございます", "わかりました", "こんにちは"])
def test_after_small_talk_a_yes_still_counts(engine: Engine, text: str) -> None:
    talk = Talk(engine)
    talk.say(MATTER)
    talk.say(text)

    assert talk.status == "offered"
    assert talk.say("お願いします").action == "queued"


def test_a_yes_to_something_else_joins_no_queue(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say("人に相談したい")
    talk.tap("entry:safety-004")

    assert talk.say("はい").action == "smalltalk"
    assert talk.status == "offered"


def test_who_takes_up_the_offer_without_a_word_of_the_matter_is_not_asked_again(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say("人に相談したい")

    assert talk.tap("connect").action == "queued"
    assert talk.handoff is not None
    assert "伺っていません" in talk.handoff.question


def test_a_second_wish_is_no_second_offer(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(MATTER)
    receipt = talk.known.receipt

    talk.tap("person")

    assert (talk.status, talk.known.receipt) == ("offered", receipt)


def test_two_misses_offer_a_person_and_what_is_written_next_is_a_question_again(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(LIMIT)
    talk.tap("unsolved")
    offer = talk.tap("none")

    assert (offer.action, talk.known.reason, talk.known.question) == ("handoff", "misses", LIMIT)
    assert offer.text.startswith("お役に立てず申し訳ありません。")
    assert "書き足したいことがあれば" not in offer.text
    assert talk.say(LIMIT).action == "answer"
    assert talk.status == "offered"


def test_a_wish_after_one_miss_is_still_the_users_own(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(LIMIT)
    talk.tap("unsolved")

    talk.say("専門家に相談したい")

    assert talk.known.reason == "asked"


def test_a_tapped_yes_after_the_offer_is_gone_offers_again(engine: Engine) -> None:
    talk = Talk(engine)
    talk.say(LIMIT)
    talk.say("人に相談したい")
    talk.say("いいえ")

    assert talk.tap("connect").action == "handoff"
    assert (talk.status, talk.known.question) == ("offered", LIMIT)


@pytest.mark.parametrize(
    ("action", "answered"),
    [("end", "smalltalk"), ("cancel-handoff", "smalltalk"), ("rate:5", "rated"), ("no-comment", "rated")],
)
def test_an_old_button_never_fails(engine: Engine, action: str, answered: str) -> None:
    assert Talk(engine).tap(action).action == answered


# The hours


@pytest.mark.parametrize(
    ("begins", "is_last"),
    [("2026-11-20 16:44:30", False), ("2026-11-20 16:44:40", True), ("2026-11-20 16:59:00", True)],
)
def test_from_a_quarter_to_five_the_offer_says_that_it_closes_soon(engine: Engine, begins: str, is_last: bool) -> None:
    offer = Talk(engine, begins).say(MATTER)

    assert offer.action == "handoff"
    assert ("本日の受付はまもなく終わります(17時まで)" in offer.text) == is_last


def test_out_of_hours_the_offer_says_when_it_opens_and_a_yes_is_promised(engine: Engine) -> None:
    talk = Talk(engine, "2026-11-20 18:00")

    offer = talk.say(MATTER)

    assert (offer.action, values(offer)) == ("offline_form", ["promise", "cancel-handoff"])
    assert "次の受付は11月24日(火)9時からです" in offer.text
    assert "平日9時〜17時" in offer.text

    talk.standing = Standing(place=3)
    told = talk.say("お願いします")

    assert (told.action, talk.status, talk.known.contact) == ("offline_form", "promised", "code")
    assert "11月24日(火)の受付の3番目です" in told.text
    assert talk.known.receipt in told.text
    assert [value.split(":")[0] for value in values(told)][:1] == ["entry"]
    assert values(told)[-1] == "cancel-handoff"
    assert (str(talk.known.promised_for), str(talk.known.due_on)) == ("2026-11-24", "2026-11-26")


def test_over_line_the_promise_is_answered_where_it_was_asked(engine: Engine) -> None:
    talk = Talk(engine, "2026-11-20 18:00", channel="line")
    talk.say(MATTER)

    told = talk.tap("promise")

    assert talk.known.contact == "line"
    assert "このトークに届きます" in told.text


def test_a_question_asked_for_out_of_hours_is_promised(engine: Engine) -> None:
    talk = Talk(engine, "2026-11-20 18:00")
    assert "お預かりして" in talk.tap("person").text

    talk.say("補助金の申請について教えてください")

    assert (talk.status, talk.known.question) == ("promised", "補助金の申請について教えてください")


def test_the_hour_of_the_yes_counts_and_not_that_of_the_offer(engine: Engine) -> None:
    late = Talk(engine, "2026-11-20 16:59:20")
    late.say(MATTER)
    assert late.tap("connect").action == "offline_form"

    early = Talk(engine, "2026-11-24 08:59:20")
    early.say(MATTER)
    assert early.tap("promise").action == "queued"


def test_where_it_never_opens_again_nobody_is_promised_anything(engine: Engine) -> None:
    talk = Talk(engine)
    talk.calendar = BusinessCalendar(week=((),) * 7)

    assert "しばらくお休みしています" in talk.say(MATTER).text
    assert "しばらくお休みしています" in talk.tap("promise").text
    assert talk.status == "cancelled"


def test_a_break_at_noon_promises_the_same_day(engine: Engine) -> None:
    talk = Talk(engine, "2026-11-20 12:30")
    day = talk.now.date()
    talk.calendar = BusinessCalendar(own={day: OwnDay(parse_intervals("09:00-12:00 13:00-17:00"))})

    talk.say(MATTER)
    talk.tap("promise")

    assert talk.known.promised_for == day


# Without people


@pytest.mark.parametrize(
    "utterance",
    [
        Utterance("専門家に相談したい"),
        Utterance("人に相談する", "person"),
        Utterance("専門家につなぐ", "connect"),
        Utterance("はい", "promise"),
    ],
)
def test_without_a_desk_a_wish_for_a_person_gets_the_telephone_number(engine: Engine, utterance: Utterance) -> None:
    turn = engine.turn(State(), utterance, tokyo("2026-11-20 10:00"))

    assert (turn.decision.action, turn.handoff) == ("handoff", None)
    assert TELEPHONE in turn.decision.text
