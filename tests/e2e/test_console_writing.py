"""The experts' console: writing replies and memos, canned text, Q&A, drafts; the numbers (P1 ...) are the UI study's."""

import pytest
from playwright.sync_api import expect

from tests.e2e.console_fake import ConsoleFake
from tests.e2e.console_page import ConsolePage, until

pytestmark = pytest.mark.browser


@pytest.fixture
def open_case(fake: ConsoleFake, console: ConsolePage) -> ConsolePage:
    """The console with consultation 1, which is the expert's own."""
    fake.say(1, "質問です")
    fake.row(1, "active")
    console.open(1)
    expect(console.field).to_be_focused()
    return console


# Sending


def test_reply_shows_at_once_and_merges_with_the_stored_one(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.delivery = {"status": "sending", "error": None}

    open_case.say("お答えします")
    expect(open_case.mine).to_contain_text("送信中")
    fake.messages[1][1]["delivery"] = {"status": "sent", "error": None}

    expect(open_case.mine).to_contain_text("送信済み")
    expect(open_case.mine).to_have_count(1)
    expect(open_case.field).to_have_value("")


def test_reply_whose_answer_was_lost_is_stored_once_after_a_retry(fake: ConsoleFake, open_case: ConsolePage) -> None:
    """P4: it shows once all along, because the log brings it while the answer is missing."""
    fake.losing.add("一度だけ")

    open_case.say("一度だけ")

    expect(open_case.mine).to_have_count(1)
    expect(open_case.mine).to_contain_text("送信済み")
    assert [said["text"] for said in fake.messages[1]] == ["質問です", "一度だけ"]


def test_refused_reply_is_sent_again_with_the_same_id(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.problems["POST /handoffs/1/messages"] = (503, "storage-unavailable", "ただいま混み合っています。")
    open_case.say("もう一度")
    expect(open_case.mine).to_contain_text("届いていません。ただいま混み合っています。")

    fake.problems.clear()
    open_case.page.reload()
    open_case.press("再送する")

    expect(open_case.mine).to_contain_text("送信済み")
    expect(open_case.mine).to_have_count(1)
    assert len({body["client_id"] for body in fake.asked("POST", "/messages")}) == 1


def test_failed_reply_can_be_taken_back_to_the_field(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.problems["POST /handoffs/1/messages"] = (409, "not-yours", "この相談は佐藤さんに移りました。")
    open_case.say("書き直す文")

    open_case.press("入力欄に戻す")

    expect(open_case.field).to_have_value("書き直す文")
    expect(open_case.mine).to_have_count(0)


def test_reply_that_line_did_not_take_says_why_and_goes_again(fake: ConsoleFake, open_case: ConsolePage) -> None:
    failed = {"status": "failed", "error": "相手がブロックしています。"}
    fake.say(1, "LINEへの返信", "expert", author="山田", delivery=failed)
    expect(open_case.mine).to_contain_text("届いていません。相手がブロックしています。")

    open_case.press("再送する")

    expect(open_case.mine).to_contain_text("送信済み")
    assert len(fake.asked("POST", "/handoffs/1/messages/2/retry")) == 1


def test_what_another_server_said_is_told_by_its_number(fake: ConsoleFake, open_case: ConsolePage) -> None:
    failed = {"status": "failed", "error": '400 {"message": "May not push"}'}

    fake.say(1, "LINEへの返信", "expert", author="山田", delivery=failed)

    expect(open_case.mine).to_contain_text("届いていません。相手側に断られました（400）。")
    expect(open_case.mine).not_to_contain_text("May not push")


def test_expert_sees_that_the_user_is_mailed_and_what_was(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.change(1, contact="email", user_online=False)
    expect(open_case.page.locator(".case__status")).to_contain_text("受付番号とともにメールでも送ります")
    expect(open_case.row(1)).to_contain_text("メールでも受け取り")
    fake.delivery = {"status": "sending", "error": None, "by": "email"}

    open_case.say("お答えします")
    expect(open_case.mine).to_contain_text("相談者が読まなければ、メールで送ります")
    fake.messages[1][1]["delivery"] = {"status": "sent", "error": None, "by": "email"}

    expect(open_case.mine).to_contain_text("メールで送信済み")


def test_text_over_the_limit_is_told_and_kept(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.say("あ" * 2001)

    expect(open_case.notice).to_contain_text("2000字以内")
    expect(open_case.field).to_have_value("あ" * 2001)
    assert fake.asked("POST", "/messages") == []


def test_double_click_sends_once(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.field.fill("一度だけ")
    open_case.page.get_by_role("button", name="返信を送る").dblclick()

    expect(open_case.mine).to_contain_text("送信済み")
    assert len(fake.asked("POST", "/messages")) == 1


# Keys


def test_ctrl_enter_sends_and_enter_makes_a_new_line(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.field.press_sequentially("一行目\n二行目")
    open_case.field.press("Control+Enter")

    expect(open_case.mine).to_have_count(1)
    assert fake.messages[1][1]["text"] == "一行目\n二行目"


def test_meaning_of_enter_is_changed_in_the_preferences(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.press("設定")
    open_case.page.get_by_label("Enterだけで送信する").check()
    expect(open_case.page.get_by_text("Enterで送信、Shift＋Enterで改行")).to_be_attached()
    open_case.page.keyboard.press("Escape")

    open_case.field.press_sequentially("一言\n")

    expect(open_case.mine).to_have_count(1)
    assert fake.asked("PATCH", "/session") == [{"preferences": {"enter_sends": True}}]


@pytest.mark.parametrize("key", ["Enter", "Control+Enter"])
def test_enter_that_confirms_kanji_does_not_send(fake: ConsoleFake, open_case: ConsolePage, key: str) -> None:
    """P1"""
    fake.me = fake.me | {"preferences": fake.me["preferences"] | {"enter_sends": True}}
    fake.ring()
    expect(open_case.page.locator(".writer__hint")).to_contain_text("Enterで送信、Shift")
    cdp = open_case.page.context.new_cdp_session(open_case.page)

    cdp.send("Input.imeSetComposition", {"text": "補助金", "selectionStart": 3, "selectionEnd": 3})
    open_case.page.keyboard.press(key)
    cdp.send("Input.insertText", {"text": "補助金"})
    open_case.page.wait_for_timeout(200)
    assert fake.asked("POST", "/messages") == []
    open_case.page.keyboard.press("Control+Enter")

    expect(open_case.mine).to_have_count(1)


def test_safari_order_of_the_confirming_enter_does_not_send(fake: ConsoleFake, open_case: ConsolePage) -> None:
    """P1: compositionend first, then keydown with keyCode 229."""
    open_case.field.fill("補助金")
    open_case.field.evaluate(
        """field => {
          field.dispatchEvent(new CompositionEvent("compositionstart"));
          field.dispatchEvent(new CompositionEvent("compositionend"));
          const init = { key: "Enter", keyCode: 229, ctrlKey: true, bubbles: true };
          field.dispatchEvent(new KeyboardEvent("keydown", init));
        }"""
    )
    open_case.page.wait_for_timeout(200)

    assert fake.asked("POST", "/messages") == []


# Memos, quotes, drafts


def test_memo_looks_different_and_never_reaches_the_user(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.page.get_by_label("内部メモ", exact=True).check()
    expect(open_case.field).to_have_accessible_name("内部メモ（相談者には見えません）")
    open_case.field.fill("先月も同じ相談あり")

    open_case.press("メモを残す")

    expect(open_case.page.locator(".memo")).to_contain_text("先月も同じ相談あり")
    assert fake.asked("POST", "/messages") == []
    assert "内部メモを残しました。" in open_case.spoken()


def test_mode_and_words_stay_with_their_conversation(fake: ConsoleFake, open_case: ConsolePage) -> None:
    fake.row(2, "active")
    open_case.page.get_by_label("内部メモ", exact=True).check()
    open_case.field.fill("一番の書きかけ")
    open_case.row(2).locator(".row__open").click()
    expect(open_case.page.get_by_label("返信", exact=True)).to_be_checked()
    expect(open_case.field).to_have_value("")

    open_case.row(1).locator(".row__open").click()

    expect(open_case.field).to_have_value("一番の書きかけ")
    expect(open_case.page.get_by_label("内部メモ", exact=True)).to_be_checked()
    assert fake.drafts[1] == {"text": "一番の書きかけ", "mode": "memo"}


def test_draft_is_kept_on_the_server_after_a_pause_and_restored(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.field.press_sequentially("長い返信の途中")
    until(lambda: fake.drafts.get(1) == {"text": "長い返信の途中", "mode": "reply"}, open_case.page)
    assert len(fake.asked("PUT", "/draft")) < 4

    open_case.page.reload()

    expect(open_case.field).to_have_value("長い返信の途中")


def test_quoted_words_go_with_the_reply(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.press("引用して返信")
    expect(open_case.page.locator(".attached")).to_contain_text(["引用: 質問です", ""])

    open_case.say("お答えします")

    expect(open_case.mine.locator(".quote")).to_have_text("質問です")
    assert fake.asked("POST", "/messages")[0]["quotes_seq"] == 1


def test_user_is_told_that_somebody_writes_but_not_of_memos(fake: ConsoleFake, open_case: ConsolePage) -> None:
    open_case.page.get_by_label("内部メモ", exact=True).check()
    open_case.field.press_sequentially("メモ")
    assert fake.asked("POST", "/typing") == []

    open_case.page.get_by_label("返信", exact=True).check()
    open_case.field.press_sequentially("返信です")

    until(lambda: len(fake.asked("POST", "/typing")) == 1, open_case.page)
