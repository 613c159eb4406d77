"""What a text is when it is not a question about business; everything else is a question."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.model import IntentName
from intents.rules import intent_of, load_rules
from knowledge.errors import KnowledgeError
from knowledge.loading import load_knowledge
from knowledge.text.normalize import normalize

RULES = load_rules()


def intent(text: str) -> IntentName:
    return intent_of(normalize(text), RULES)


@pytest.mark.parametrize(
    "text",
    [
        "死にたい",
        "もう死にたいです…",
        "死にたくなってきた",
        "死 に た い",
        "ﾀﾋにたい",
        "しにたい",
        "消えたい",
        "消えてしまいたい",
        "借金が返せず、首を吊るしかない",
        "自殺を考えています",
        "生きていたくない",
        "遺書を書いています",
        "家族と無理心中するしか",
        "取り立ての人に殺されそう",
        "もう死にたいです。倒産防止共済を解約したらお金は戻りますか",
        "帳簿のデータが消えてしまいました。もう死にたい",
        "専門家につないでください。死んでしまいたい",
    ],
)
def test_danger_to_life_is_seen_whatever_else_is_said(text: str) -> None:
    assert intent(text) == "crisis"


@pytest.mark.parametrize(
    "text",
    [
        "この値下げは自殺行為ですか",
        "死ぬ気で頑張るので融資してほしい",
        "契約者が死亡した場合の共済金",
        "社長が急に死んだら会社はどうなる",
        "従業員の首を切るしかない",
        "雇用をつなぎたい、首をつなぐ制度はありますか",
        "飛び込み営業をやめたい",
        "データが消えてしまいました",
        "登録の取り消しにたいして不服がある",
        "心中お察しします",
    ],
)
def test_hard_words_of_business_are_no_danger(text: str) -> None:
    assert intent(text) == "question"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("人と話したい", "wants_person"),
        ("専門家", "wants_person"),
        ("担当の人につないでください", "wants_person"),
        ("オペレーターに代わって", "wants_person"),
        ("ボットじゃなくて人間に聞きたい", "wants_person"),
        ("ＡＩではなく、誰かと話がしたい", "wants_person"),
        ("有人チャット", "wants_person"),
        ("パートの社会保険の加入要件について、専門家の方に相談させてください", "wants_person"),
        ("担当者さんにご相談をお願いできますか", "wants_person"),
        ("どれでもない", "none_of_these"),
        ("この中にはありません。", "none_of_these"),
        ("解決しました!", "solved"),
        ("わかりました、ありがとう", "thanks"),
        ("解決しました。ありがとうございました。失礼します", "goodbye"),
        ("解決しない", "unsolved"),
        ("それじゃない", "unsolved"),
        ("ありがとうございました", "thanks"),
        ("さようなら", "goodbye"),
        ("大丈夫です", "goodbye"),
        ("こんにちは", "greeting"),
        ("こんにちはー", "greeting"),
        ("ｈｅｌｌｏ", "greeting"),
        ("おはようございます😀", "greeting"),
        ("すみません、相談があります", "greeting"),
        ("何ができるの?", "capability"),
        ("使い方を教えてください", "capability"),
        ("あなたはAIですか", "capability"),
        ("今日の天気は?", "out_of_scope"),
        ("恋人ができません", "out_of_scope"),
        ("おすすめの温泉", "out_of_scope"),
        ("ビットコインは買い?", "out_of_scope"),
    ],
)
def test_small_talk_and_wishes_are_recognised(text: str, meant: str) -> None:
    assert intent(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "こんにちは、経営革新計画とは何ですか",
        "ありがとうございます。では掛金はいくらですか",
        "すみません、共済の解約方法を教えてください",
        "お世話になっております。掛金の納付を止めたいのですが",
        "テスト販売の費用は出ますか",
        "融資は大丈夫ですか",
        "資金繰りは解決しましたが保証が心配です",
        "経営革新計画の実施が終わりました",
        "補助金の使い方",
        "何ができますか、赤字が3年続いています",
        "専門家に払う費用は補助されますか",
        "専門家の方が書いた本はありますか",
        "専門家に相談できる制度はありますか",
        "税理士の先生に相談したら無理と言われました",
        "相談した内容を人に話されませんか",
        "従業員に知られず、人に相談せずに進めたい",
        "主人と話して店を続けるか迷っています",
        "法人と話し合って取引条件を変えたい",
        "有人レジをやめてセルフレジにしたい",
        "病院を経営していますが共済に入れますか",
        "占いの店を開きたい",
        "アニメ制作会社でも経営革新計画は出せますか",
        "天気が悪くて売上が落ちています",
        "老齢給付は何歳からもらえますか",
        "サッカー教室を開業したい",
        "レシピ開発に使える補助金",
    ],
)
def test_a_business_question_stays_one_though_it_holds_words_of_small_talk(text: str) -> None:
    assert intent(text) == "question"


def test_no_curated_question_is_taken_for_small_talk() -> None:
    """Only how to reach a person may read like the wish for one; words of other subjects are weighed by the engine."""
    entries = load_knowledge().entries

    taken = {
        f"{intent(text)}: {text}"
        for entry in entries
        for text in entry.utterances
        if intent(text) not in {"question", "wants_person", "out_of_scope"}
    }
    wishes = Counter(entry.topic for entry in entries for text in entry.utterances if intent(text) == "wants_person")

    assert taken == set()
    assert wishes.total() - wishes["service"] <= len(entries) / 100


@given(st.text(alphabet=st.characters(), max_size=100))
def test_any_text_has_an_intent(text: str) -> None:
    assert intent(text) in {"question", *(rule.intent for rule in RULES)}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("  - {intent: gossip, whole: [噂]}", "知らない項目か意図です"),
        ("  - {intent: thanks, words: [どうも]}", "知らない項目か意図です"),
        ("  - {intent: thanks, whole: ['(どうも']}", "正規表現として読めません"),
    ],
)
def test_a_malformed_rule_is_told_with_file_and_line(tmp_path: Path, rule: str, message: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"rules:\n  - {{intent: greeting, whole: [やあ]}}\n{rule}\n", encoding="utf-8")

    with pytest.raises(KnowledgeError, match=message) as caught:
        load_rules(path)

    assert (caught.value.problems[0].path, caught.value.problems[0].line) == (path, 3)
