"""Replies on LINE: what people read, what they can tap, and that LINE takes whatever comes out."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.texts
from bot.conversation import State, Utterance
from bot.decision import Contact, InstitutionShown, ProgramShown, SourceShown
from bot.engine import Engine
from bot.replies import (
    Button,
    CandidatesPart,
    ChoicesPart,
    ContactsPart,
    FeedbackPart,
    FollowupsPart,
    InstitutionsPart,
    Part,
    ProgramsPart,
    Reply,
    SourcesPart,
    TextPart,
)
from bot.texts import load_texts
from connectors.line.limits import violations
from connectors.line.render import render
from connectors.line.render_text import pages, split
from tests.line_api.checks import request_problems

TEXTS_FILE = Path(bot.texts.__file__).parent / "texts.yaml"
TEXTS = load_texts(TEXTS_FILE if TEXTS_FILE.exists() else bot.texts.TEXTS_FILE)
FEEDBACK = FeedbackPart((Button("解決した", "solved"), Button("解決しない", "unsolved")))
DESK = Contact("神奈川県よろず支援拠点", "神奈川県", "045-633-5071", "〒231-0015 神奈川県横浜市中区尾上町5-80")
NONE = Button("どれでもない", "none")


def rendered(*parts: Part) -> tuple[dict[str, Any], ...]:
    messages = render(Reply(parts), TEXTS)
    assert violations(messages) == ()
    return messages


def found(value: Any, kind: str) -> list[dict[str, Any]]:
    """All objects of a type within a message, in order."""
    if isinstance(value, dict):
        own = [value] if value.get("type") == kind else []
        return [*own, *(item for inner in value.values() for item in found(inner, kind))]
    return [item for inner in value for item in found(inner, kind)] if isinstance(value, list | tuple) else []


def quick(messages: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    assert all("quickReply" not in message for message in messages[:-1])
    return [item["action"] for item in messages[-1].get("quickReply", {"items": []})["items"]]


def test_answer_has_its_sources_with_dates_in_the_same_bubble() -> None:
    sources = SourcesPart((
        SourceShown("中小機構 SERVICE GUIDE", "p.12", "2025-04", "https://www.smrj.go.jp/"),
        SourceShown("活性化協議会", "", "2024", "https://www.smrj.go.jp/supporter/index.html"),
        SourceShown("小規模企業共済法", "第7条", ""),
    ))  # fmt: skip

    (message,) = rendered(TextPart("掛金は月額1,000円からです。"), sources)

    assert message["text"] == (
        "掛金は月額1,000円からです。\n\n"
        "出典\n"
        "・中小機構 SERVICE GUIDE p.12（2025年4月時点）\n"
        "・活性化協議会（2024年時点） https://www.smrj.go.jp/supporter/index.html\n"
        "・小規模企業共済法 第7条"
    )


def test_feedback_and_followups_are_quick_replies_with_a_typed_alternative() -> None:
    question = "小規模企業共済の掛金は途中で減らすことができますか"
    messages = rendered(TextPart("はい。"), FollowupsPart((Button(question, "entry:shokibo-002"),)), FEEDBACK)

    (message,) = messages
    assert "「解決した」「解決しない」と送って" in message["text"]
    assert f"・{question}" in message["text"]
    assert [action["data"] for action in quick(messages)] == ["solved", "unsolved", "entry:shokibo-002"]
    assert quick(messages)[2]["label"] == "小規模企業共済の掛金は途中で減らすこと…"
    assert quick(messages)[2]["displayText"] == question


def test_desks_can_be_called_and_are_said_in_words() -> None:
    _, cards = rendered(TextPart("神奈川県の窓口です。"), ContactsPart((DESK,)))

    (button,) = found(cards, "button")
    assert button["action"] == {"type": "uri", "label": "電話 045-633-5071", "uri": "tel:0456335071"}
    assert cards["altText"] == "相談窓口: 神奈川県よろず支援拠点 電話 045-633-5071"
    assert [item["text"] for item in found(cards, "text")] == ["相談窓口", DESK.office, DESK.address]


@pytest.mark.parametrize(
    ("tel", "uri"),
    [
        ("０４５－６３３－５０７１", "tel:0456335071"),
        ("（045）633ー5071", "tel:0456335071"),
        ("0120-279-338（平日9時〜17時）", "tel:0120279338"),
        ("+81 45 633 5071", "tel:+81456335071"),
        ("110", "tel:110"),
        ("窓口にお尋ねください", None),
        ("12345678901234567890", None),
        ("", None),
    ],
)
def test_telephone_numbers_are_found_however_they_are_written(tel: str, uri: str | None) -> None:
    (message,) = rendered(ContactsPart((Contact("窓口", "", tel, ""),)))

    assert [button["action"]["uri"] for button in found(message, "button")] == ([uri] if uri else [])
    assert not tel or any(tel in item["text"] for item in found(message, "text")) or uri


def test_programmes_and_desks_share_one_message_and_quick_replies_come_last() -> None:
    programs = ProgramsPart((
        ProgramShown("a", "経営セーフティ共済", "倒産に備えます", "https://www.smrj.go.jp/日本語"),
        ProgramShown("b", "古い制度", "頁がありません", "ftp://example.jp/"),
    ))  # fmt: skip
    institutions = InstitutionsPart((InstitutionShown("c", "よろず支援拠点", "何でも相談できます"),))

    messages = rendered(TextPart("はい。"), ContactsPart((DESK,)), programs, institutions, FEEDBACK)

    assert [message["type"] for message in messages] == ["text", "flex", "text"]
    links = [button["action"]["uri"] for button in found(messages[1], "button")]
    assert links == ["tel:0456335071", "https://www.smrj.go.jp/%E6%97%A5%E6%9C%AC%E8%AA%9E"]
    assert messages[1]["altText"].splitlines()[1:] == [
        "関連する支援制度: 経営セーフティ共済、古い制度",
        "相談できる支援機関: よろず支援拠点",
    ]
    assert messages[2]["text"].startswith("解決しましたか。")
    assert len(quick(messages)) == 2


def test_cards_that_do_not_fit_are_counted() -> None:
    (message,) = rendered(ContactsPart((DESK,) * 40))

    assert found(message, "text")[-1]["text"] == "ほかに28件あります。"


def test_candidates_are_numbered_bubbles_with_none_of_these_at_the_end() -> None:
    offered = (Button("掛金はいくらですか", "entry:a-1"), Button("加入できる人は誰ですか", "entry:a-2"))
    _, message = rendered(TextPart("お選びください。"), CandidatesPart((*offered, NONE)))

    assert message["altText"] == "1. 掛金はいくらですか 2. 加入できる人は誰ですか 番号を送って選ぶこともできます。"
    assert [button["action"] for button in found(message, "button")] == [
        {"type": "postback", "label": "1番を選ぶ", "data": "entry:a-1", "displayText": "掛金はいくらですか"},
        {"type": "postback", "label": "2番を選ぶ", "data": "entry:a-2", "displayText": "加入できる人は誰ですか"},
        {"type": "postback", "label": "どれでもない", "data": "none", "displayText": "どれでもない"},
    ]


def test_a_candidate_that_cannot_be_tapped_keeps_its_number() -> None:
    offered = (Button("一つ目", "entry:" + "a" * 300), Button("二つ目", "entry:b"))
    (message,) = rendered(CandidatesPart(offered))

    first, second = message["contents"]["contents"]
    assert not found(first, "button")
    assert found(second, "button")[0]["action"]["label"] == "2番を選ぶ"


def test_many_long_candidates_still_fit_and_keep_none_of_these() -> None:
    offered = tuple(Button("質" * 1000, f"entry:{'x' * 290}") for _ in range(30))
    (message,) = rendered(CandidatesPart((*offered, NONE)))

    assert found(message, "button")[-1]["action"]["data"] == "none"
    assert message["altText"].endswith("… 番号を送って選ぶこともできます。")


def test_choices_of_entries_are_listed_in_full_with_the_numbers_that_may_be_typed() -> None:
    long = "経営革新計画の承認を受けると補助金がもらえますか"
    messages = rendered(TextPart("どれでしょうか。"), ChoicesPart((Button(long, "entry:k-85"), NONE)))

    assert f"1. {long}\n番号を送って選ぶこともできます。\n「どれでもない」と送ることもできます。" in messages[0]["text"]
    assert [action["label"] for action in quick(messages)] == ["1. 経営革新計画の承認を受けると補助…", "どれでもない"]


def test_at_most_thirteen_quick_replies() -> None:
    prefectures = tuple(Button(f"県{n}", f"prefecture:{n:02}") for n in range(1, 48))

    assert len(quick(rendered(TextPart("どちらですか。"), ChoicesPart(prefectures)))) == 13


def test_long_text_is_split_where_a_paragraph_ends() -> None:
    paragraph = "あ" * 3000
    first, second = rendered(TextPart(f"{paragraph}\n\n{paragraph}"), SourcesPart((SourceShown("法令", "第1条", ""),)))

    assert first["text"] == paragraph
    assert second["text"] == f"{paragraph}\n\n出典\n・法令 第1条"


def test_endless_text_is_cut_but_its_sources_are_kept() -> None:
    messages = rendered(
        TextPart("あ" * 100_000), SourcesPart((SourceShown("法令", "第1条", ""),)), ContactsPart((DESK,))
    )

    texts = [message["text"] for message in messages if message["type"] == "text"]
    assert len(texts) == 4
    assert texts[-1].endswith("…\n\n出典\n・法令 第1条")


def test_a_sentence_end_is_preferred_to_the_middle_of_one() -> None:
    first, second = split("あ" * 4000 + "。" + "い" * 2000)

    assert first.endswith("。")
    assert second == "い" * 2000


def test_one_endless_cluster_is_still_sent() -> None:
    assert "".join(split("e" + "\u0301" * 12_000)) == "e" + "\u0301" * 12_000


def test_an_empty_reply_says_so() -> None:
    (message,) = rendered()

    assert message == {"type": "text", "text": TEXTS.say("line.empty")}


def test_half_a_surrogate_pair_and_control_characters_are_made_harmless() -> None:
    (message,) = rendered(TextPart("前\ud83d\x00後\r\n次"))

    assert message["text"] == "前\ufffd後\n次"


@pytest.mark.parametrize("text", ["", "あ\n" * 9000, "a" * 20_000, "😀" * 9000])
@pytest.mark.parametrize("tail", ["", "出典", "源" * 9000])
def test_pages_keep_to_their_number_and_length(text: str, tail: str) -> None:
    found = pages(text, tail, 2)

    assert len(found) <= 2
    assert all(0 < len(page.encode("utf-16-le")) <= 10_000 for page in found)


# Any content

WORDS = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(
        ["", " ", "\u200b", "{x}", "解決した", "👨‍👩‍👧‍👦" * 25, "e" + "\u0301" * 6000, "あ" * 6000, "😀\n\n" * 2500]
    ),
)
URLS = st.sampled_from(
    ["", "https://a.jp/x", "http://日本.jp/", "https://a.jp/" + "x" * 1200, "tel:1", "https://[", "https://a.jp/%"]
)
ACTIONS = st.sampled_from(["entry:a-1", "none", "solved", "person", "prefecture:14", "", "entry:" + "b" * 400]) | WORDS
BUTTONS = st.lists(st.builds(Button, WORDS, ACTIONS), max_size=20).map(tuple)
DATES = st.sampled_from(["2025-04", "2025-04-01", "2025", "令和7年"]) | WORDS
CONTACTS = st.builds(Contact, WORDS, WORDS, st.sampled_from(["045-633-5071", "１１９"]) | WORDS, WORDS)
PARTS = st.one_of(
    st.builds(TextPart, WORDS),
    st.builds(CandidatesPart, BUTTONS),
    st.builds(ChoicesPart, BUTTONS),
    st.builds(FollowupsPart, BUTTONS),
    st.builds(FeedbackPart, BUTTONS),
    st.builds(ProgramsPart, st.lists(st.builds(ProgramShown, WORDS, WORDS, WORDS, URLS), max_size=15).map(tuple)),
    st.builds(InstitutionsPart, st.lists(st.builds(InstitutionShown, WORDS, WORDS, WORDS), max_size=15).map(tuple)),
    st.builds(ContactsPart, st.lists(CONTACTS, max_size=15).map(tuple)),
    st.builds(SourcesPart, st.lists(st.builds(SourceShown, WORDS, WORDS, DATES, URLS), max_size=15).map(tuple)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=9))
def test_line_takes_any_reply(parts: list[Part]) -> None:
    messages = rendered(*parts)

    assert request_problems(list(messages)) == []
    assert messages == render(Reply(tuple(parts)), TEXTS)


def test_the_sdk_sends_rendered_messages_unchanged() -> None:
    """Typed objects of the SDK silently drop what they do not know."""
    from linebot.v3.messaging import ReplyMessageRequest

    offered = CandidatesPart((Button("掛金", "entry:a-1"), NONE))
    sources = SourcesPart((SourceShown("法令", "第1条", "2025-04"),))
    messages = rendered(TextPart("はい。"), sources, ContactsPart((DESK,)), offered, FEEDBACK)

    request = ReplyMessageRequest.from_dict({"replyToken": "t", "messages": list(messages)})

    assert request.to_dict()["messages"] == list(messages)


@pytest.mark.parametrize(
    "text",
    ["小規模企業共済 貸付", "補助金", "神奈川の窓口を教えて", "府中の窓口", "死にたい", "あいう", "人に相談する"],
)
def test_the_bot_itself_is_rendered(engine: Engine, text: str) -> None:
    now = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
    reply = engine.turn(State(), Utterance(text, channel="line"), now).reply

    messages = render(reply, TEXTS)

    assert violations(messages) == ()
    assert messages[0]["type"] == "text"
