"""What time does to handoffs, on SQLite and on PostgreSQL: assigning, taking back, opening, ending."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.calendar import TOKYO, BusinessCalendar, Interval, OwnDay
from bot.engine import Engine
from bot.handoff import IN_FRONT, Status
from connectors.console.board import Board
from connectors.people.model import User
from connectors.storage.audit import SqlAudit
from connectors.storage.closures import SqlCalendar
from connectors.storage.database import Database
from connectors.web.problems import ProblemError
from tests.connectors.office import Office
from tests.fakes import FixedClock

OPEN_AGAIN = datetime.date(2026, 11, 24)  # Tuesday; Monday is a holiday


def tokyo(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.fixture
def hours(database: Database) -> SqlCalendar:
    return SqlCalendar(database, BusinessCalendar().week)


@pytest.fixture
def office(database: Database, engine: Engine, clock: FixedClock, hours: SqlCalendar) -> Office:
    """Open, on a Friday at ten."""
    made = Office(database, engine, clock, hours)
    made.sweeper.sweep()
    return made


def away(office: Office, user: User) -> bool:
    found = office.people.by_id(user.id)
    assert found
    return found.is_away


def statuses(office: Office, conversations: list[str]) -> list[Status]:
    return [office.handoff(conversation).status for conversation in conversations]


# Assigning


def test_who_waits_is_given_to_an_expert_who_is_there(office: Office) -> None:
    yamada = office.hires("yamada")
    conversation = office.waiting()

    office.sweeper.sweep()

    assert (office.handoff(conversation).status, office.handoff(conversation).expert) == ("assigned", yamada.id)
    assert office.woken[-1] == conversation


def test_the_longest_waiting_comes_first_and_nobody_gets_more_than_they_take(office: Office, clock: FixedClock) -> None:
    conversations = []
    for _ in range(4):
        conversations.append(office.waiting())
        clock.advance(seconds=5)
    office.hires("yamada", capacity=2)

    office.sweeper.sweep()

    assert statuses(office, conversations) == ["assigned", "assigned", "queued", "queued"]


def test_chats_go_around(office: Office, clock: FixedClock) -> None:
    office.hires("yamada")
    clock.advance(seconds=1)
    office.hires("sato")
    experts = []

    for _ in range(4):
        clock.advance(seconds=1)
        conversation = office.waiting()
        office.sweeper.sweep()
        experts.append(office.handoff(conversation).expert)

    assert experts[:2] == experts[2:]
    assert len(set(experts)) == 2


@pytest.mark.parametrize("begins", ["2026-11-20 08:59:59", "2026-11-20 17:00:00", "2026-11-23 10:00:00"])
def test_out_of_hours_nobody_is_assigned(office: Office, clock: FixedClock, begins: str) -> None:
    conversation = office.waiting()
    clock.moment = tokyo(begins)
    office.hires("yamada")

    office.sweeper.sweep()

    assert office.handoff(conversation).owner != "expert"


def test_who_is_away_gets_nothing_however_long_the_queue_is(office: Office, clock: FixedClock) -> None:
    yamada, sato = office.hires("yamada", "shokei"), office.hires("sato", "zeimu", capacity=1)
    office.people.set_away(yamada.id, True)
    conversations = [office.waiting(), office.waiting()]

    office.passes(clock, [yamada, sato], seconds=60)

    assert [office.handoff(one).expert for one in conversations] == [sato.id, ""]
    assert away(office, yamada)


def test_being_away_takes_nothing_back_that_was_taken_up(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.waiting()
    office.acting.claim(yamada, office.number(conversation))
    office.people.set_away(yamada.id, True)

    office.passes(clock, [yamada], minutes=10)

    assert office.handoff(conversation).status == "active"


@pytest.mark.parametrize("rounds", range(3))
def test_many_sweepers_at_once_give_nobody_too_much(
    database: Database, engine: Engine, clock: FixedClock, hours: SqlCalendar, rounds: int
) -> None:
    offices = [Office(database, engine, clock, hours) for _ in range(4)]
    experts = [offices[0].hires(f"expert{number}", capacity=2) for number in range(3)]
    conversations = [offices[0].waiting() for _ in range(9)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda office: office.sweeper.sweep(), offices))
    offices[0].sweeper.sweep()  # on PostgreSQL a sweeper gives way to another, and may have left some

    held = [offices[0].handoff(one).expert for one in conversations]
    assert [held.count(expert.id) for expert in experts] == [2, 2, 2]
    assert held.count("") == 3


def test_a_leaving_user_and_a_sweep_at_once_end_in_one_state(
    office: Office, database: Database, clock: FixedClock
) -> None:
    office.hires("yamada", capacity=20)
    conversations = [office.waiting() for _ in range(10)]

    def leave(_: int) -> None:
        for conversation in conversations:
            office.receives(conversation, action="cancel-handoff")
        office.answers()

    with ThreadPoolExecutor(2) as pool:
        leaving = pool.submit(leave, 0)
        while not leaving.done():
            office.sweeper.sweep()
        leaving.result()
    office.answers()

    # Who was assigned at that moment has left their expert instead.
    assert set(statuses(office, conversations)) <= {"cancelled", "closed"}


# Experts who do not come, or go


def test_who_does_not_take_up_what_they_were_given_is_away_and_it_comes_first(
    office: Office, database: Database, clock: FixedClock
) -> None:
    yamada = office.hires("yamada", capacity=1)
    first, second = office.waiting(), office.waiting()
    office.sweeper.sweep()

    office.passes(clock, [yamada], seconds=90)
    assert office.handoff(first).status == "assigned"
    office.passes(clock, [yamada], seconds=15)

    assert (office.handoff(first).status, office.handoff(first).priority) == ("queued", IN_FRONT)
    shown = Board(database).snapshot(clock.now()).rows[office.number(first)]
    assert clock.now() - (shown.waiting_since or clock.now()) >= datetime.timedelta(seconds=105)
    assert away(office, yamada)
    assert SqlAudit(database).list(1)[0].what == "user.away"
    assert office.heard(first, "接続が切れました") == 0  # nobody had come: nothing was cut

    sato = office.hires("sato", capacity=1)
    office.sweeper.sweep()
    assert [office.handoff(one).expert for one in (first, second)] == [sato.id, ""]


def test_who_is_gone_for_more_than_a_minute_loses_the_chat_and_the_user_reads_it_once(
    office: Office, clock: FixedClock
) -> None:
    yamada = office.hires("yamada")
    conversation = office.waiting()
    office.acting.claim(yamada, office.number(conversation))
    office.sweeper.sweep()

    office.passes(clock, [], seconds=60)
    assert office.handoff(conversation).status == "active"
    office.passes(clock, [], seconds=30)

    handoff = office.handoff(conversation)
    assert (handoff.status, handoff.priority, handoff.expert) == ("queued", IN_FRONT, "")
    office.passes(clock, [], minutes=5)
    assert office.heard(conversation, "接続が切れました。いちばん先に") == 1


def test_who_comes_back_within_the_minute_keeps_the_chat(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.waiting()
    office.acting.claim(yamada, office.number(conversation))

    for _ in range(5):
        office.passes(clock, [], seconds=50)
        office.passes(clock, [yamada], seconds=10)

    assert (office.handoff(conversation).status, office.handoff(conversation).expert) == ("active", yamada.id)


def test_after_a_restart_everybody_has_a_minute_to_come_back(
    office: Office, database: Database, engine: Engine, clock: FixedClock, hours: SqlCalendar
) -> None:
    yamada, sato = office.hires("yamada", capacity=1), office.hires("sato")
    conversations = [office.talking(sato), office.talking(yamada)]
    clock.advance(minutes=20)

    again = Office(database, engine, clock, hours)
    again.sweeper.sweep()
    assert statuses(again, conversations) == ["active", "active"]
    again.passes(clock, [yamada], seconds=75)

    assert statuses(again, conversations) == ["queued", "active"]


def test_a_chat_passed_on_in_the_meantime_is_not_taken_from_the_other(office: Office, clock: FixedClock) -> None:
    yamada, sato = office.hires("yamada", capacity=1), office.hires("sato")
    office.people.set_away(sato.id, True)
    conversation = office.waiting()
    office.sweeper.sweep()
    office.passes(clock, [yamada, sato], seconds=80)

    office.acting.transfer(yamada, office.number(conversation), sato.id, "", "お願いします")
    office.passes(clock, [yamada, sato], seconds=80)

    assert (office.handoff(conversation).status, office.handoff(conversation).expert) == ("assigned", sato.id)
    assert [memo.text for memo in office.keeping.memos(office.number(conversation))] == ["お願いします"]


def test_nobody_passes_a_chat_to_who_cannot_take_it(office: Office) -> None:
    yamada, editor = office.hires("yamada"), office.hires("henshu", role="editor")
    conversation = office.waiting()
    office.acting.claim(yamada, office.number(conversation))

    for to in (editor.id, yamada.id, "nobody"):
        with pytest.raises(ProblemError):
            office.acting.transfer(yamada, office.number(conversation), to, "", "")
    assert office.handoff(conversation).status == "active"


# The calendar


def test_promises_enter_the_queue_in_their_order_when_it_opens(office: Office, clock: FixedClock) -> None:
    clock.moment = tokyo("2026-11-20 16:58")
    waited = office.waiting()
    clock.moment = tokyo("2026-11-20 20:00")
    office.sweeper.sweep()
    promised = []
    for _ in range(3):
        promised.append(office.waiting())
        clock.advance(minutes=10)
    order = [waited, *promised]

    for moment in ("2026-11-21 12:00", "2026-11-23 09:00", "2026-11-24 08:59:59"):
        clock.moment = tokyo(moment)
        office.sweeper.sweep()
        assert statuses(office, order) == ["promised"] * 4
    clock.moment = tokyo("2026-11-24 09:00")
    office.sweeper.sweep()
    fresh = office.waiting()

    assert statuses(office, order) == ["queued"] * 4
    for place, conversation in enumerate([*order, fresh], 1):
        assert f"ただいま{place}番目です" in office.messages(conversation)[-1].text
    yamada = office.hires("yamada", capacity=1)
    for conversation in (*order, fresh):
        office.sweeper.sweep()
        assert office.handoff(conversation).expert == yamada.id
        office.acting.claim(yamada, office.number(conversation))
        office.closes(yamada, conversation)


def test_a_promise_tells_its_place_among_those_that_still_stand(office: Office, clock: FixedClock) -> None:
    clock.moment = tokyo("2026-11-20 20:00")
    first, second = office.waiting(), office.waiting()
    assert office.heard(second, "11月24日(火)の受付の2番目です") == 1

    office.says(first, action="cancel-handoff")
    office.says(second, "何番目ですか")

    assert office.heard(second, "11月24日(火)の受付の1番目です") == 1


def test_a_promise_for_a_day_that_was_closed_since_opens_on_the_next(
    office: Office, clock: FixedClock, hours: SqlCalendar
) -> None:
    clock.moment = tokyo("2026-11-20 20:00")
    conversation = office.waiting()
    hours.set_day(OPEN_AGAIN, OwnDay())

    clock.moment = tokyo("2026-11-24 10:00")
    office.sweeper.sweep()
    assert office.handoff(conversation).status == "promised"
    clock.moment = tokyo("2026-11-25 09:00")
    office.sweeper.sweep()

    assert office.handoff(conversation).status == "queued"
    assert str(office.handoff(conversation).due_on) == "2026-11-26"


def test_who_waits_when_the_day_ends_is_told_and_comes_first_on_the_next(office: Office, clock: FixedClock) -> None:
    clock.moment = tokyo("2026-11-20 16:58")
    conversation = office.waiting()

    clock.moment = tokyo("2026-11-20 16:59:59")
    office.sweeper.sweep()
    assert office.handoff(conversation).status == "queued"
    clock.moment = tokyo("2026-11-20 17:00:00")
    for _ in range(3):
        office.sweeper.sweep()

    handoff = office.handoff(conversation)
    assert (handoff.status, handoff.priority, handoff.promised_for) == ("promised", IN_FRONT, OPEN_AGAIN)
    assert str(handoff.due_on) == "2026-11-26"
    assert office.heard(conversation, "本日の受付時間が終わりました") == 1
    assert office.heard(conversation, "11月24日(火)9時に、いちばん先にご案内します") == 1


def test_who_is_put_off_again_keeps_the_day_by_which_they_are_answered(office: Office, clock: FixedClock) -> None:
    clock.moment = tokyo("2026-11-20 20:00")
    conversation = office.waiting()
    for moment in ("2026-11-24 09:00", "2026-11-24 17:00"):
        clock.moment = tokyo(moment)
        office.sweeper.sweep()

    handoff = office.handoff(conversation)
    assert (str(handoff.promised_for), str(handoff.due_on)) == ("2026-11-25", "2026-11-26")


def test_a_break_at_noon_ends_no_queue(office: Office, clock: FixedClock, hours: SqlCalendar) -> None:
    halves = (Interval(9 * 60, 12 * 60), Interval(13 * 60, 17 * 60))
    hours.set_day(datetime.date(2026, 11, 20), OwnDay(halves))
    conversation = office.waiting()
    yamada = office.hires("yamada", here=False)

    clock.moment = tokyo("2026-11-20 12:30")
    office.passes(clock, [yamada], minutes=2)
    assert office.handoff(conversation).status == "queued"
    clock.moment = tokyo("2026-11-20 13:00")
    office.sweeper.sweep()

    assert office.handoff(conversation).status == "queued"  # nobody is there
    office.passes(clock, [yamada], seconds=15)
    assert office.handoff(conversation).status == "assigned"


def test_closing_at_once_puts_the_queue_off_to_the_next_day(
    office: Office, clock: FixedClock, hours: SqlCalendar
) -> None:
    conversation = office.waiting()

    hours.close_now("台風のため", "sato", clock.now())
    office.sweeper.sweep()

    assert office.handoff(conversation).promised_for == OPEN_AGAIN


def test_running_talks_go_on_after_closing_and_what_is_cut_then_comes_first_tomorrow(
    office: Office, clock: FixedClock
) -> None:
    clock.moment = tokyo("2026-11-20 16:55")
    yamada = office.hires("yamada")
    stays, cut = office.waiting(), office.waiting()
    sato = office.hires("sato")
    office.acting.claim(yamada, office.number(stays))
    office.acting.claim(sato, office.number(cut))
    office.sweeper.sweep()

    office.people.set_away(yamada.id, True)

    office.passes(clock, [yamada], minutes=7)
    office.replies(yamada, stays)

    assert statuses(office, [stays, cut]) == ["active", "promised"]
    assert office.heard(cut, "接続が切れました") == 1
    assert (office.handoff(cut).priority, office.handoff(cut).promised_for) == (IN_FRONT, OPEN_AGAIN)


def test_who_loses_their_expert_after_closing_is_told_once(office: Office, clock: FixedClock) -> None:
    clock.moment = tokyo("2026-11-20 16:59")
    yamada = office.hires("yamada")
    conversation = office.waiting()
    office.acting.claim(yamada, office.number(conversation))
    office.sweeper.sweep()

    office.passes(clock, [yamada], minutes=3)
    office.passes(clock, [], minutes=3)

    assert (office.handoff(conversation).status, office.handoff(conversation).promised_for) == ("promised", OPEN_AGAIN)
    assert office.heard(conversation, "接続が切れました") == 0
    assert office.heard(conversation, "本日の受付時間が終わりました") == 1


# Silence


def test_a_silent_user_is_warned_and_then_the_talk_ends_with_the_question_how_it_was(
    office: Office, clock: FixedClock
) -> None:
    yamada = office.hires("yamada")
    conversation = office.talking(yamada)

    office.passes(clock, [yamada], minutes=25)
    assert office.heard(conversation, "あと5分で") == 0
    office.passes(clock, [yamada], minutes=1)
    assert office.heard(conversation, "あと5分で") == 1
    office.passes(clock, [yamada], minutes=4)
    assert office.handoff(conversation).status == "active"
    office.passes(clock, [yamada], minutes=2)

    assert office.handoff(conversation).status == "closed"
    assert office.heard(conversation, "しばらくお返事がなかったため") == 1
    office.says(conversation, "4")
    assert (office.handoff(conversation).status, office.handoff(conversation).rating) == ("rated", 4)


def test_a_word_after_the_warning_keeps_the_talk_open(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.talking(yamada)
    office.passes(clock, [yamada], minutes=26)

    office.says(conversation, "います")
    office.passes(clock, [yamada], minutes=60)

    assert office.handoff(conversation).status == "active"  # now it is the expert who owes an answer
    assert office.heard(conversation, "あと5分で") == 1


def test_a_word_that_nobody_has_read_yet_keeps_the_talk_open(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.talking(yamada)
    office.passes(clock, [yamada], minutes=30)

    office.receives(conversation, "います")
    office.passes(clock, [yamada], minutes=10)

    assert office.handoff(conversation).status == "active"


def test_who_joined_and_said_nothing_yet_ends_no_talk(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.waiting()
    office.acting.claim(yamada, office.number(conversation))

    office.passes(clock, [yamada], minutes=60)

    assert office.handoff(conversation).status == "active"


def test_an_offer_that_nobody_takes_up_expires(office: Office, clock: FixedClock) -> None:
    conversation = office.visitor()
    office.says(conversation, "専門家に相談したいです。後継者がいません")

    office.passes(clock, minutes=30)
    assert office.handoff(conversation).status == "offered"
    office.passes(clock, minutes=1)

    assert office.handoff(conversation).status == "expired"
    office.says(conversation, action="connect")
    assert office.handoff(conversation).status == "offered"


def test_where_nothing_is_due_nothing_happens(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    office.talking(yamada)

    assert office.sweeper.sweep() == 0


# The moment of closing


def test_what_the_expert_had_not_seen_when_they_closed_is_answered_by_the_bot(office: Office) -> None:
    yamada = office.hires("yamada")
    conversation = office.talking(yamada)
    office.says(conversation, "ありがとうございます")
    office.says(conversation, "経営セーフティ共済ではいくらまで借りられますか")

    office.closes(yamada, conversation)
    office.answers()

    assert [(message.role, message.action) for message in office.messages(conversation)][-3:] == [
        ("system", "closed"),
        ("bot", "smalltalk"),
        ("bot", "answer"),
    ]
    office.says(conversation, "5")
    assert office.handoff(conversation).status == "closed"  # an answer came after the question how it was
    office.says(conversation, action="rate:5")
    assert office.handoff(conversation).status == "rated"


def test_what_the_expert_had_seen_is_not_answered_again(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.talking(yamada)
    office.says(conversation, "ありがとうございます")
    seen = office.messages(conversation)[-1].seq
    office.keeping.mark_read(office.number(conversation), yamada.id, seen, clock.now())

    office.closes(yamada, conversation)
    office.answers()

    assert office.messages(conversation)[-1].action == "closed"


def test_what_was_written_before_the_end_and_read_after_it_is_no_rating(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada")
    conversation = office.talking(yamada, "従業員は何人ですか。")
    office.receives(conversation, "5")
    clock.advance(seconds=1)

    office.closes(yamada, conversation)
    office.answers()

    assert office.handoff(conversation).status == "closed"
    assert office.messages(conversation)[-1].role == "bot"
    office.says(conversation, "4")
    assert (office.handoff(conversation).status, office.handoff(conversation).rating) == ("rated", 4)


def test_writing_and_closing_at_once_lose_no_word(office: Office, clock: FixedClock) -> None:
    yamada = office.hires("yamada", capacity=20)
    conversations = [office.talking(yamada) for _ in range(10)]

    def write(conversation: str) -> None:
        office.says(conversation, "経営セーフティ共済ではいくらまで借りられますか")

    def close(conversation: str) -> None:
        office.closes(yamada, conversation)

    with ThreadPoolExecutor(2) as pool:
        for conversation in conversations:
            both = [pool.submit(act, conversation) for act in (write, close)]
            assert [one.result() for one in both] == [None, None]
    office.answers()

    for conversation in conversations:
        assert [message.action for message in office.messages(conversation)].count("answer") == 1
