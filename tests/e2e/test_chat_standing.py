"""What the chat page says of people and when it speaks: a real page, whose stream the test feeds."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.people_chat import NewVisit, Visit, check
from tests.e2e.test_chat_page import FED_STREAM, HOSTILE, message, with_history

pytestmark = pytest.mark.browser
YAMADA = {"display_name": "山田", "qualification": "中小企業診断士"}


def fed(new_visit: NewVisit, *messages: dict[str, Any], **options: Any) -> Visit:
    visit = new_visit(FED_STREAM, **options)
    visit.page.clock.install()
    with_history(visit, list(messages) or [message(1, "user", "相談です")])
    return visit


def queued(visit: Visit, place: int, minutes: int = 10) -> None:
    visit.stands("queue", position=place, estimate_minutes=minutes)
    expect(visit.standing).to_contain_text(f"ただいま{place}番目です(目安 約{minutes}分)。")


def places(visit: Visit) -> list[str]:
    return [text.split("ただいま")[1][0] for text in visit.spoken() if "ただいま" in text]


def test_place_is_shown_at_once_and_spoken_at_most_once_in_half_a_minute(new_visit: NewVisit) -> None:
    """P27"""
    visit = fed(new_visit)
    queued(visit, 5)
    visit.page.clock.run_for(31_000)
    assert places(visit) == []

    queued(visit, 4)
    visit.page.clock.run_for(1_000)
    assert places(visit) == ["4"]
    for place in (3, 2, 1):
        queued(visit, place)
        visit.page.clock.run_for(5_000)
    assert places(visit) == ["4"]
    visit.page.clock.run_for(20_000)

    assert places(visit) == ["4", "1"]


def test_place_that_no_longer_holds_is_not_spoken_later(new_visit: NewVisit) -> None:
    visit = fed(new_visit)
    for place in (3, 2):
        queued(visit, place)
        visit.page.clock.run_for(1_000)
    queued(visit, 1)

    visit.stands("expert", expert=YAMADA)
    expect(visit.standing).to_have_text("専門家の山田(中小企業診断士)と相談中相談を終える")
    visit.page.clock.run_for(60_000)

    assert places(visit) == ["2"]


def test_assignment_is_spoken_because_no_message_tells_it(new_visit: NewVisit) -> None:
    visit = fed(new_visit)
    queued(visit, 1)
    visit.stands("expert")
    expect(visit.standing).to_contain_text("担当の専門家が決まりました。まもなくお返事します。")
    visit.page.clock.run_for(1_000)

    assert visit.spoken() == ["担当の専門家が決まりました。まもなくお返事します。"]


def test_button_keeps_the_focus_while_the_place_moves_and_gives_it_up_when_it_goes(new_visit: NewVisit) -> None:
    """P8"""
    visit = fed(new_visit, viewport={"width": 1280, "height": 800})
    queued(visit, 2)
    leave = visit.standing.get_by_role("button", name="やめる")
    leave.focus()

    queued(visit, 1)
    expect(leave).to_be_focused()
    visit.stands("bot")

    expect(visit.standing).to_be_hidden()
    expect(visit.field).to_be_focused()


def test_a_talk_that_can_no_longer_be_rated_is_not_asked_about(new_visit: NewVisit) -> None:
    choices = [{"label": "とても役に立った", "action": "rate:5"}, {"label": "役に立たなかった", "action": "rate:1"}]
    ended = message(1, "system", "終了しました。", action="closed", parts=[{"type": "choices", "items": choices}])
    visit = fed(new_visit, ended)
    rating = visit.page.get_by_role("button", name="役に立")
    visit.stands("bot", may_rate=True)
    expect(rating).to_have_count(2)

    visit.stands("bot", may_rate=False)

    expect(rating).to_have_count(0)


def test_promise_names_the_day_and_the_receipt(new_visit: NewVisit) -> None:
    visit = fed(new_visit, timezone_id="America/New_York")
    visit.stands("promise", promised_for="2026-11-24", receipt="AB23CD45")

    expect(visit.standing).to_have_text("11月24日(火)に専門家がお答えします。受付番号 AB23CD45")


def test_opening_is_told_as_japan_has_it_where_a_person_is_offered(new_visit: NewVisit) -> None:
    """P23"""
    offer = [{"type": "choices", "items": [{"label": "人に相談する", "action": "person"}]}]
    visit = fed(new_visit, message(1, text="見つかりませんでした。", parts=offer), timezone_id="America/New_York")
    visit.stands("bot", open=False, opens_at="2026-11-24T00:30:00Z")

    expect(visit.standing).to_have_text("ただいま専門家の受付時間外です。次の受付は11月24日(火)9時30分からです。")


def test_hours_are_not_brought_up_where_nobody_asks_for_a_person(new_visit: NewVisit) -> None:
    visit = fed(new_visit, message(1, text="回答です。"))
    visit.stands("bot", open=False, opens_at="2026-11-24T00:00:00Z")
    visit.press("メニュー")

    expect(visit.page.locator(".menu__panel")).to_contain_text("次の受付は11月24日(火)9時からです。")
    expect(visit.standing).to_be_hidden()


def test_warning_of_the_end_can_be_answered_with_one_press(new_visit: NewVisit, axe: str) -> None:
    """P11"""
    visit = fed(new_visit, viewport={"width": 320, "height": 640})
    visit.stands("expert", expert=YAMADA)
    visit.page.evaluate(
        "message => feed.message(message)",
        message(2, "system", "あと5分で専門家とのご相談を終了します。", action="idle_warning"),
    )
    expect(visit.standing).to_contain_text("まもなく相談を終了します")
    check(visit.page, axe, "idle")
    visit.page.route("**/conversations/*/messages", lambda route: route.abort())

    visit.press("続ける", ".standing")

    expect(visit.own.last).to_contain_text("続けます。")


def test_two_experts_in_one_minute_have_their_own_names(new_visit: NewVisit) -> None:
    talk = [message(seq, "expert", "はい。", author=name) for seq, name in ((1, "山田"), (2, "山田"), (3, "鈴木"))]

    visit = fed(new_visit, *talk)

    expect(visit.page.locator(".entry__sender")).to_have_text(["専門家 山田", "専門家 鈴木"])


def test_speaker_and_hostile_words_of_an_expert_stay_what_they_are(new_visit: NewVisit) -> None:
    """P12"""
    talk = [message(1, "user", HOSTILE[0])]
    for seq, text in enumerate(HOSTILE, start=2):
        parts = [{"type": "speaker", "name": text, "quote": "x"}, {"type": "text", "text": text}]
        talk.append(message(seq, "expert", text, author=text, quotes_seq=1, parts=parts))

    visit = fed(new_visit, *talk)

    expect(visit.experts).to_have_count(len(HOSTILE))
    assert visit.page.locator(".entry--rich").count() == 0
    assert visit.page.locator(".log :is(img, svg, script, iframe)").count() == 0
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_new_consultation_names_the_number_with_which_the_old_one_goes_on(new_visit: NewVisit) -> None:
    visit = fed(new_visit)
    visit.stands("promise", promised_for="2026-11-24", receipt="AB23CD45")
    expect(visit.standing).to_be_visible()
    visit.press("メニュー")
    expect(visit.page.locator(".menu__panel")).not_to_contain_text("人に相談する", use_inner_text=True)

    visit.press("新しい相談を始める")

    expect(visit.dialog).to_contain_text("受付番号 AB23CD45 で戻れます")
    visit.press("新しく始める", "dialog")
    expect(visit.standing).to_be_hidden()


def test_line_keeps_its_border_in_forced_colours(new_visit: NewVisit) -> None:
    """P29"""
    visit = fed(new_visit, forced_colors="active")
    queued(visit, 1)

    assert visit.standing.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
