"""Every limit of LINE's messages, one line of the table at a time, and the helpers that shorten."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.line.counting import clusters, grapheme_length, is_blank, utf16_length, wire_bytes
from connectors.line.limit_richmenu import rich_menu_violations
from connectors.line.limits import shorten_graphemes, shorten_utf16, violations

FAMILY = "👨‍👩‍👧‍👦"  # one grapheme cluster, eleven UTF-16 units
CLUSTERS = st.lists(st.sampled_from(["が", FAMILY, "𠮷", "e\u0301", "🇯🇵", "a", " "]), max_size=30).map("".join)
UNICODE = st.text(st.characters(), max_size=40) | CLUSTERS


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def postback(**more: Any) -> dict[str, Any]:
    return {"type": "postback", "label": "はい", "data": "solved", **more}


def quick(*actions: dict[str, Any]) -> dict[str, Any]:
    return text("どうぞ", quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def bubble(*contents: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(contents)}, **more}


def words(said: str = "こんにちは", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def flex(contents: dict[str, Any], alt: str = "候補") -> dict[str, Any]:
    return {"type": "flex", "altText": alt, "contents": contents}


def template(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "template", "altText": "確認", "template": {"type": kind, **more}}


def uri(address: str) -> dict[str, Any]:
    return quick({"type": "uri", "label": "開く", "uri": address})


def column(**more: Any) -> dict[str, Any]:
    return {"text": "文", "actions": [postback()], **more}


def image(**more: Any) -> dict[str, Any]:
    address = "https://example.jp/a.png"
    return {"type": "image", "originalContentUrl": address, "previewImageUrl": address, **more}


BAD: list[tuple[str, list[dict[str, Any]], str]] = [
    ("no message", [], "messages: size must be between 1 and 5, is 0"),
    ("six messages", [text("あ")] * 6, "messages: size must be between 1 and 5, is 6"),
    (
        "unknown type",
        [{"type": "textV2", "text": "あ"}],
        "messages[0].type: must be one of text, image, template, flex",
    ),
    ("no text", [{"type": "text"}], "messages[0].text: must be specified"),
    ("text of another type", [{"type": "text", "text": 5}], "messages[0].text: must be a string"),
    ("empty text", [text("")], "messages[0].text: may not be empty"),
    ("invisible text", [text(" \n\u200b")], "messages[0].text: may not be empty"),
    ("half a pair", [text("a\ud83d")], "messages[0].text: holds half of a surrogate pair"),
    ("long text", [text("あ" * 5001)], "messages[0].text: length must be at most 5000 UTF-16 units, is 5001"),
    ("many emoji", [text("😀" * 2501)], "messages[0].text: length must be at most 5000 UTF-16 units, is 5002"),
    ("hidden quick reply", [quick(postback()), text("あ")], "messages[0].quickReply: only that of the last message is"),
    ("14 quick replies", [quick(*[postback()] * 14)], "messages[0].quickReply.items: size must be between 1 and 13"),
    ("no quick reply", [quick()], "messages[0].quickReply.items: size must be between 1 and 13, is 0"),
    ("quick reply of another type", [text("あ", quickReply=[])], "messages[0].quickReply: must be an object"),
    ("no action", [text("あ", quickReply={"items": [{"type": "action"}]})], "items[0].action: must be specified"),
    (
        "long label",
        [quick(postback(label="あ" * 21))],
        "action.label: length must be at most 20 grapheme clusters, is 21",
    ),
    ("no label", [quick(postback(label=None))], "action.label: must be specified"),
    ("long data", [quick(postback(data="😀" * 151))], "action.data: length must be at most 300 UTF-16 units, is 302"),
    ("no data", [quick(postback(data=""))], "action.data: may not be empty"),
    ("long displayText", [quick(postback(displayText="あ" * 301))], "displayText: length must be at most 300 grapheme"),
    ("both texts", [quick(postback(displayText="あ", text="い"))], "displayText and text can't both be used"),
    ("fill in without keyboard", [quick(postback(fillInText="あ"))], "fillInText: needs inputOption openKeyboard"),
    ("odd input option", [quick(postback(inputOption="open"))], "inputOption: must be one of closeRichMenu"),
    (
        "long message action",
        [quick({"type": "message", "label": "あ", "text": "あ" * 301})],
        "action.text: length must",
    ),
    ("menu switch here", [quick({"type": "richmenuswitch"})], "action.type: must be one of postback"),
    (
        "picker mode",
        [quick({"type": "datetimepicker", "label": "日", "data": "d", "mode": "x"})],
        "mode: must be one of",
    ),
    (
        "long copy",
        [quick({"type": "clipboard", "label": "写", "clipboardText": "a" * 1001})],
        "clipboardText: length must",
    ),
    ("other scheme", [uri("mailto:a@example.jp")], "action.uri: invalid uri"),
    ("script", [uri("javascript:alert(1)")], "action.uri: invalid uri"),
    ("raw Japanese", [uri("https://example.jp/日本")], "action.uri: invalid uri"),
    ("broken escape", [uri("https://example.jp/%E3%8")], "action.uri: invalid uri"),
    ("no host", [uri("https:///a")], "action.uri: invalid uri"),
    ("bad host", [uri("http://a:b:c@[/")], "action.uri: invalid uri"),
    ("telephone in words", [uri("tel:abc")], "action.uri: invalid uri"),
    ("long uri", [uri("https://example.jp/" + "a" * 1000)], "action.uri: length must be at most 1000 UTF-16 units"),
    ("no altText", [{"type": "flex", "contents": bubble(words())}], "messages[0].altText: must be specified"),
    ("long altText", [flex(bubble(words()), "あ" * 1501)], "messages[0].altText: length must be at most 1500"),
    ("no container", [{"type": "flex", "altText": "あ"}], "messages[0].contents: must be specified"),
    ("no block", [flex({"type": "bubble"})], "contents: at least one block must be specified"),
    ("30 KB", [flex(bubble(words("あ" * 5000)))], "contents: JSON must be at most 30000 bytes"),
    ("50 KB", [flex({"type": "carousel", "contents": [bubble(words("あ" * 3000))] * 3})], "at most 50000 bytes"),
    ("13 bubbles", [flex({"type": "carousel", "contents": [bubble(words())] * 13})], "size must be between 1 and 12"),
    ("no bubble", [flex({"type": "carousel", "contents": []})], "contents.contents: size must be between 1 and 12"),
    (
        "two widths",
        [flex({"type": "carousel", "contents": [bubble(words()), bubble(words(), size="kilo")]})],
        "contents.contents: bubbles must have one width",
    ),
    ("odd width", [flex(bubble(words(), size="huge"))], "contents.size: must be one of nano"),
    ("empty Flex text", [flex(bubble(words("")))], "body.contents[0].text: must be non-empty text"),
    ("Flex text size", [flex(bubble(words(size="big")))], "body.contents[0].size: must be one of"),
    ("Flex color", [flex(bubble(words(color="red")))], "body.contents[0].color: must be a hexadecimal color code"),
    ("icon in a column", [flex(bubble({"type": "icon"}))], "body.contents[0].type: must be one of box"),
    ("button without action", [flex(bubble({"type": "button"}))], "body.contents[0].action: must be specified"),
    (
        "Flex label",
        [flex(bubble({"type": "button", "action": postback(label="あ" * 41)}))],
        "label: length must be at most 40 grapheme clusters, is 41",
    ),
    ("picture over http", [flex(bubble({"type": "image", "url": "http://a.jp/b.png"}))], "url: must be an https url"),
    ("buttons text", [template("buttons", text="あ" * 161, actions=[postback()])], "text: length must be at most 160"),
    (
        "buttons text with title",
        [template("buttons", text="あ" * 61, title="題", actions=[postback()])],
        "template.text: length must be at most 60",
    ),
    ("buttons title", [template("buttons", text="あ", title="題" * 41, actions=[postback()])], "title: length must"),
    (
        "five buttons",
        [template("buttons", text="あ", actions=[postback()] * 5)],
        "actions: size must be between 1 and 4",
    ),
    (
        "confirm text",
        [template("confirm", text="あ" * 241, actions=[postback()] * 2)],
        "text: length must be at most 240",
    ),
    (
        "one confirm button",
        [template("confirm", text="あ", actions=[postback()])],
        "size must be between 2 and 2, is 1",
    ),
    ("11 columns", [template("carousel", columns=[column()] * 11)], "columns: size must be between 1 and 10, is 11"),
    ("column text", [template("carousel", columns=[column(text="あ" * 121)])], "text: length must be at most 120"),
    (
        "uneven columns",
        [template("carousel", columns=[column(), column(actions=[postback()] * 2)])],
        "columns: all must have the same number of actions",
    ),
    (
        "one title",
        [template("carousel", columns=[column(), column(title="題")])],
        "columns: all or none must have title",
    ),
    (
        "image column label",
        [template("image_carousel", columns=[{"imageUrl": "https://a.jp/b", "action": postback(label="あ" * 13)}])],
        "label: length must be at most 12 grapheme clusters",
    ),
    ("image over http", [image(originalContentUrl="http://a.jp/b")], "originalContentUrl: must be an https url"),
    ("sender name", [text("あ", sender={"name": "名" * 21})], "sender.name: length must be at most 20"),
    ("sender icon", [text("あ", sender={"iconUrl": "http://a.jp/b"})], "sender.iconUrl: must be an https url"),
]

GOOD: list[tuple[str, list[dict[str, Any]]]] = [
    ("5000 units", [text("😀" * 2500)]),
    ("five messages", [text("あ")] * 5),
    ("13 quick replies", [quick(*[postback(displayText="あ" * 300)] * 13)]),
    ("20 families on a button", [quick(postback(label=FAMILY * 20))]),
    ("telephone", [uri("tel:0120-279-338")]),
    ("encoded page", [uri("https://example.jp/%E6%97%A5?q=1&r=%20#a")]),
    ("line scheme", [uri("line://nv/chat")]),
    ("desktop uri", [quick({"type": "uri", "label": "開", "uri": "tel:119", "altUri": {"desktop": "https://a.jp/"}})]),
    ("bubble", [flex(bubble(words(size="md", color="#1A1A1A"), {"type": "separator"}, words(size="14px")))]),
    ("spans", [flex(bubble({"type": "text", "contents": [{"type": "span", "text": "あ"}]}))]),
    ("carousel", [flex({"type": "carousel", "contents": [bubble(words(), size="kilo")] * 12})]),
    ("confirm", [template("confirm", text="あ" * 240, actions=[postback()] * 2)]),
    ("columns", [template("carousel", columns=[column(text="あ" * 120)] * 10)]),
    ("image", [image()]),
    ("sender", [text("あ", sender={"name": "専門家", "iconUrl": "https://a.jp/i.png"})]),
]


@pytest.mark.parametrize(("messages", "finding"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_line_would_refuse_is_found_with_its_path(messages: list[dict[str, Any]], finding: str) -> None:
    found = violations(messages)

    assert any(finding in one for one in found), found


@pytest.mark.parametrize("messages", [row[1] for row in GOOD], ids=[row[0] for row in GOOD])
def test_what_line_takes_passes(messages: list[dict[str, Any]]) -> None:
    assert violations(messages) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | UNICODE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "contents", "action", "quickReply", "items"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(["text", "flex", "template", "image", "bubble", "carousel", "postback", "box"])


@given(st.lists(st.dictionaries(st.sampled_from(["type", "text", "contents", "template", "quickReply"]), KINDS | JSON)))
def test_any_json_is_judged_without_failing(messages: list[dict[str, Any]]) -> None:
    assert all(violation.strip() for violation in violations(messages))


@given(UNICODE, st.integers(0, 50))
def test_shortened_text_is_a_prefix_of_whole_clusters_within_the_limit(text: str, limit: int) -> None:
    short = shorten_utf16(text, limit)

    assert utf16_length(short) <= limit
    assert short == text or _is_cut(short, text)


@given(UNICODE, st.integers(0, 20))
def test_shortened_label_is_a_prefix_of_whole_clusters_within_the_limit(text: str, limit: int) -> None:
    short = shorten_graphemes(text, limit)

    assert grapheme_length(short) <= limit
    assert short == text or _is_cut(short, text)


def _is_cut(short: str, text: str) -> bool:
    if not short:
        return True
    starts = {"".join(list(clusters(text))[:n]).rstrip() for n in range(grapheme_length(text) + 1)}
    return short.endswith("…") and short[:-1] in starts


def test_surrogate_pairs_and_clusters_stay_whole() -> None:
    assert shorten_utf16("𠮷野家で会う", 4) == "𠮷野…"
    assert shorten_utf16(FAMILY, 10) == "…"
    assert shorten_graphemes(FAMILY * 3, 2) == f"{FAMILY}…"
    assert shorten_graphemes("短い", 20) == "短い"
    assert shorten_utf16("長い", 0) == ""


def test_lengths_are_counted_as_line_counts_them() -> None:
    assert utf16_length("🍎") == 2
    assert grapheme_length(FAMILY + "が" + "か\u3099") == 3
    assert wire_bytes("あ") == len(b'"\\u3042"')
    assert is_blank("\u200b\u200d \n")


MENU: dict[str, Any] = {
    "size": {"width": 2500, "height": 1686},
    "selected": True,
    "name": "相談",
    "chatBarText": "メニュー",
    "areas": [
        {"bounds": {"x": 0, "y": 0, "width": 833, "height": 843}, "action": {"type": "message", "text": "使い方"}}
    ],
}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"size": {"width": 799, "height": 300}}, "menu.size.width: must be between 800 and 2500"),
        ({"size": {"width": 1000, "height": 249}}, "menu.size.height: must be at least 250"),
        ({"size": {"width": 1000, "height": 900}}, "menu.size: width / height must be at least 1.45"),
        ({"size": None}, "menu.size.width"),
        ({"selected": 1}, "menu.selected: must be true or false"),
        ({"chatBarText": "あ" * 15}, "menu.chatBarText: length must be at most 14"),
        ({"name": "あ" * 301}, "menu.name: length must be at most 300"),
        ({"areas": MENU["areas"] * 21}, "menu.areas: size must be between 0 and 20"),
        ({"areas": [{"bounds": {"x": 2000, "y": 0, "width": 501, "height": 9}, "action": {}}]}, "lie within the menu"),
        ({"areas": [{"bounds": {"x": -1, "y": 0, "width": 5, "height": 9}, "action": {}}]}, "positive size"),
    ],
)
def test_rich_menu_limits(change: dict[str, Any], finding: str) -> None:
    found = rich_menu_violations({**MENU, **change})

    assert any(finding in one for one in found), found


def test_a_good_rich_menu_passes() -> None:
    assert rich_menu_violations(MENU) == ()
