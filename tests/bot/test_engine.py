"""One turn at a time: pure, deterministic, and never without a word."""

import datetime
import re
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from bot.actions import Kind, parse_action
from bot.asking import ask
from bot.assembly import QUESTIONS_FILE
from bot.conversation import Offer, State, Turn, Utterance
from bot.decision import Action, Decision
from bot.engine import Engine
from bot.replies import (
    CandidatesPart,
    ChoicesPart,
    ContactsPart,
    FeedbackPart,
    FollowupsPart,
    SourcesPart,
    TextPart,
)
from intents.rules import intent_of, load_rules
from knowledge.loading import load_questions
from knowledge.text.normalize import normalize
from tests.fakes import FixedClock

NOW = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
LIMIT = "経営セーフティ共済ではいくらまで借りられますか"
COUNCIL = "中小企業活性化協議会は何をしてくれるところですか"
ACTIONS = set(get_args(Action))


def say(engine: Engine, text: str, state: State | None = None) -> Turn:
    return engine.turn(state or State(), Utterance(text), NOW)


def tap(engine: Engine, action: str, state: State | None = None) -> Turn:
    return engine.turn(state or State(), Utterance(engine.label(action), action), NOW)


# Answers


def test_every_entry_can_be_given_with_sources_and_dates(engine: Engine) -> None:
    for entry in engine.library.knowledge.entries:
        decision = tap(engine, f"entry:{entry.id}").decision

        assert (decision.action, decision.entry_id, decision.text) == ("answer", entry.id, entry.answer.strip())
        assert len(decision.sources) == len(entry.sources)
        assert all(source.title and source.at for source in decision.sources)
        assert all(re.fullmatch(r"20\d\d-\d\d", source.as_of) for source in decision.sources), entry.id
        assert len(decision.followups) <= 3


def test_an_answer_shows_programmes_with_a_reason_and_none_that_has_ended(engine: Engine) -> None:
    knowledge = engine.library.knowledge
    for entry in knowledge.entries:
        for shown in tap(engine, f"entry:{entry.id}").decision.programs:
            assert shown.reason
            assert knowledge.program[shown.id].status == "active"


def test_an_answer_knows_how_sure_it_is(engine: Engine) -> None:
    decision = say(engine, LIMIT).decision

    assert decision.action == "answer"
    assert engine.library.model.answer_threshold <= decision.confidence <= 1
    assert decision.candidates[0].entry_id == decision.entry_id


def test_a_known_prefecture_adds_its_desk_to_the_answer(engine: Engine) -> None:
    without = say(engine, COUNCIL).decision
    within = say(engine, COUNCIL, State(prefecture="神奈川県")).decision

    assert without.contacts == ()
    assert [contact.tel for contact in within.contacts] == ["045-633-5143"]
    assert without.text == within.text


def test_the_reply_reads_answer_desk_sources_then_what_to_do_next(engine: Engine) -> None:
    parts = say(engine, COUNCIL, State(prefecture="神奈川県")).reply.parts

    order = [type(part) for part in parts]
    wanted = [TextPart, ContactsPart, SourcesPart, FollowupsPart, FeedbackPart]
    assert [kind for kind in order if kind in wanted] == wanted


def test_every_button_of_a_reply_means_something(engine: Engine) -> None:
    for text in (LIMIT, COUNCIL, "補助金", "共済", "府中の活性化協議会", "ぬるぽ", "人を雇いたい"):
        for part in say(engine, text).reply.parts:
            if isinstance(part, CandidatesPart | ChoicesPart | FollowupsPart | FeedbackPart):
                for button in part.items:
                    assert parse_action(button.action), button
                    assert engine.label(button.action) == button.label


# Choosing


@pytest.fixture
def offered(engine: Engine) -> State:
    """Three entries are on offer."""
    names = ("safety-004", "safety-001", "shokibo-001")
    entries = (engine.library.knowledge.entry[name] for name in names)
    return State(offered=tuple(Offer(entry.id, entry.question) for entry in entries), at=NOW.isoformat())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0),
        ("２", 1),
        ("③", 2),
        ("(2)", 1),
        ("2番", 1),
        ("二番目", 1),
        ("三つ目", 2),
        ("2です", 1),
        ("3番目のやつをお願いします", 2),
        ("最初の", 0),
        ("一番上", 0),
        ("真ん中", 1),
        ("最後", 2),
        ("一番下。", 2),
        ("経営セーフティ共済はどんな制度ですか", 1),
        ("経営セーフティ共済はどんな制度ですか。", 1),
        ("小規模企業共済は、どんな制度ですか?", 2),
    ],
)
def test_an_offer_is_picked_by_its_place_or_its_words(engine: Engine, offered: State, text: str, place: int) -> None:
    decision = say(engine, text, offered).decision

    assert (decision.action, decision.entry_id) == ("answer", offered.offered[place].entry_id)


@pytest.mark.parametrize("text", ["4", "0", "2000円", "2年", "二人で経営", "1か月"])
def test_a_number_that_is_no_place_picks_nothing(engine: Engine, offered: State, text: str) -> None:
    decision = say(engine, text, offered).decision

    assert decision.entry_id not in {offer.entry_id for offer in offered.offered}


def test_what_was_picked_is_no_longer_on_offer(engine: Engine, offered: State) -> None:
    after = say(engine, "1", offered).state

    assert (after.offered, after.misses, after.entry_id) == ((), 0, "safety-004")


def test_an_offer_that_is_gone_since_is_told_so(engine: Engine) -> None:
    state = State(offered=(Offer("lost-001", "なくなった質問"),), at=NOW.isoformat())

    decision = say(engine, "1", state).decision

    assert (decision.action, decision.text) == ("clarify", engine.texts.say("clarify.gone"))


def test_a_choice_offers_at_most_three_and_none_of_these(engine: Engine) -> None:
    model = engine.library.model
    questions = load_questions(QUESTIONS_FILE, engine.library.knowledge)

    chosen = [decision for q in questions if (decision := say(engine, q.text).decision).action == "choose"]

    assert chosen
    for decision in chosen:
        assert model.choose_threshold <= decision.confidence < model.answer_threshold
        assert 1 <= len(decision.candidates) <= 3
        assert [choice.value for choice in decision.choices] == ["none"]
        assert decision.sources == ()


# Limits of memory


@pytest.mark.parametrize(("hours", "picked"), [(11.99, True), (12.01, False), (24 * 365, False)])
def test_what_was_offered_counts_for_twelve_hours(
    engine: Engine, offered: State, clock: FixedClock, hours: float, picked: bool
) -> None:
    clock.moment = NOW
    clock.advance(hours=hours)

    decision = engine.turn(offered, Utterance("1"), clock.now()).decision

    assert (decision.entry_id == "safety-004") == picked


def test_the_prefecture_is_remembered_longer(engine: Engine, offered: State) -> None:
    state = msgspec.structs.replace(offered, prefecture="神奈川県", misses=1)

    after = engine.turn(state, Utterance("こんにちは"), NOW + datetime.timedelta(days=3)).state

    assert (after.prefecture, after.offered, after.misses) == ("神奈川県", (), 0)


def test_the_time_of_the_turn_is_kept_in_utc(engine: Engine) -> None:
    tokyo = datetime.timezone(datetime.timedelta(hours=9))

    after = engine.turn(State(), Utterance("こんにちは"), NOW.astimezone(tokyo)).state

    assert after.last_turn() == NOW
    assert after.at.endswith("+00:00")


def test_a_state_written_by_an_older_version_is_still_readable(engine: Engine) -> None:
    state = msgspec.json.decode(b'{"misses": 1, "forgotten_field": true}', type=State)

    assert say(engine, "ぬるぽ", state).decision.action == "handoff"


def test_a_state_that_names_what_is_gone_since_is_no_hindrance(engine: Engine) -> None:
    """Knowledge changes while conversations last."""
    state = State(
        awaiting="prefecture", institution="lost", prefecture="東京都", entry_id="lost-001", at=NOW.isoformat()
    )

    for text in ("神奈川です", "窓口の電話番号", "1", LIMIT):
        assert say(engine, text, state).decision.text


# Purity


@pytest.mark.parametrize("text", [LIMIT, "補助金", "神奈川の活性化協議会の電話番号", "こんにちは", "ぬるぽ", ""])
def test_the_same_turn_twice_is_the_same(engine: Engine, offered: State, text: str) -> None:
    assert say(engine, text, offered) == say(engine, text, offered)


def test_a_question_without_conversation_says_how_long_it_took(engine: Engine) -> None:
    decision = ask(engine, LIMIT, NOW)

    assert decision.elapsed_ms > 0
    assert msgspec.structs.replace(decision, elapsed_ms=0.0) == say(engine, LIMIT).decision


@pytest.mark.parametrize("channel", ["web", "line", "terminal"])
def test_the_channel_makes_no_difference_to_the_decision(engine: Engine, channel: str) -> None:
    assert engine.turn(State(), Utterance(LIMIT, channel=channel), NOW).decision == say(engine, LIMIT).decision


# While typing


def test_an_unfinished_question_is_completed(engine: Engine) -> None:
    suggested = engine.suggest("セーフティ共済 いくらまで")

    assert ("safety-004", LIMIT) in suggested
    assert len(suggested) == 5
    assert len(engine.suggest("セーフティ共済 いくらまで", most=2)) == 2


def test_nothing_is_suggested_for_nothing(engine: Engine) -> None:
    assert engine.suggest("") == ()


# Any conversation at all

CURATED = ("補助金", "共済", "解約", "融資", "手続き", LIMIT, COUNCIL, "活性化協議会の電話番号", "小規模企業共済の窓口")
SAID = (
    "こんにちは", "ありがとう", "解決した", "解決しない", "どれでもない", "人と話したい", "死にたい", "天気", "ぬるぽ",
    "神奈川", "府中", "府中市の窓口", "道東です", "1", "2", "二番目", "最後の", "", "😀", "窓口", "{place}", "%s", "\ud83d",
)  # fmt: skip
TARGETS = ("", "safety-004", "lost", "13", "34", "48", "kasseika-kyogikai", "smrj", "神奈川県", ":", "\0", "{x}")

texts = st.one_of(
    st.sampled_from(CURATED),
    st.sampled_from(SAID),
    st.lists(st.sampled_from(CURATED + SAID), max_size=4).map("、".join),
    st.text(alphabet=st.characters(), max_size=60),
)
actions = st.one_of(
    st.builds("{}:{}".format, st.sampled_from(get_args(Kind)), st.sampled_from(TARGETS)),
    st.sampled_from(get_args(Kind)),
    st.text(max_size=20),
)
offers = st.builds(Offer, st.sampled_from(("safety-004", "shokibo-001", "lost-001")), st.text(max_size=20))
states = st.builds(
    State,
    offered=st.lists(offers, max_size=4).map(tuple),
    awaiting=st.sampled_from(("", "prefecture", "something-of-old")),
    institution=st.sampled_from(("", "kasseika-kyogikai", "smrj", "shokokai", "lost")),
    prefecture=st.sampled_from(("", "神奈川県", "東京都", "消えた県")),
    misses=st.integers(0, 1),
    entry_id=st.sampled_from(("", "safety-004", "lost-001")),
    at=st.sampled_from(("", NOW.isoformat(), "2020-01-01T00:00:00+00:00", "2030-01-01T00:00:00+00:00")),
)


def check(turn: Turn) -> None:
    """What holds of every turn there is."""
    decision = turn.decision
    assert decision.action in ACTIONS
    assert decision.text.strip()
    assert "{" not in decision.text or decision.entry_id
    assert 0 <= decision.confidence <= 1
    assert (decision.action == "answer") == bool(decision.entry_id)
    assert decision.action != "crisis" or not (decision.candidates or decision.choices or decision.programs)
    assert turn.reply.text
    assert 0 <= turn.state.misses < 2
    assert msgspec.json.decode(msgspec.json.encode(turn.state), type=State) == turn.state
    assert msgspec.json.decode(msgspec.json.encode(decision), type=Decision) == decision
    msgspec.json.encode(turn.reply)


def test_no_sequence_of_texts_and_taps_leaves_the_user_without_a_word(engine: Engine) -> None:
    class Conversation(RuleBasedStateMachine):
        """A user who writes and taps whatever comes to mind, at any time."""

        def __init__(self) -> None:
            super().__init__()
            self.state = State()
            self.now = NOW
            self.shown: list[str] = []

        def turn(self, utterance: Utterance) -> None:
            turn = engine.turn(self.state, utterance, self.now)
            check(turn)
            assert all(offer.entry_id in engine.library.knowledge.entry for offer in turn.state.offered)
            self.state = turn.state
            self.shown = [choice.value for choice in turn.decision.choices]
            self.shown += [f"entry:{shown.entry_id}" for shown in turn.decision.candidates]

        @rule(text=texts)
        def says(self, text: str) -> None:
            self.turn(Utterance(text))

        @rule(action=actions)
        def taps_anything(self, action: str) -> None:
            self.turn(Utterance(engine.label(action), action))

        @rule(number=st.integers(0, 5))
        def taps_what_is_shown(self, number: int) -> None:
            if number < len(self.shown):
                self.turn(Utterance(engine.label(self.shown[number]), self.shown[number]))

        @rule(hours=st.floats(0, 30))
        def waits(self, hours: float) -> None:
            self.now += datetime.timedelta(hours=hours)

    run_state_machine_as_test(Conversation, settings=settings(max_examples=60, stateful_step_count=12, deadline=None))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(state=states, text=texts, action=st.one_of(st.just(""), actions))
def test_no_remembered_state_leaves_the_user_without_a_word(
    engine: Engine, state: State, text: str, action: str
) -> None:
    check(engine.turn(state, Utterance(engine.label(action) if action else text, action), NOW))


def test_no_curated_question_is_declined_for_a_word_of_another_subject(engine: Engine) -> None:
    utterances = [text for entry in engine.library.knowledge.entries for text in entry.utterances]
    suspicious = [text for text in utterances if intent_of(normalize(text), load_rules()) == "out_of_scope"]

    declined = [text for text in suspicious if say(engine, text).decision.action == "decline"]

    assert len(suspicious) > 3
    assert declined == []
