"""The evidence card: what an expert should know before the first word."""

import msgspec

from bot.conversation import State, Utterance
from bot.decision import CandidateShown, Decision, ProgramShown
from bot.engine import Engine
from bot.evidence import Evidence, Slot, Step, evidence
from bot.reception import Desk
from tests.bot.reception import LIMIT, Talk, tokyo

PROGRAM = ProgramShown("it-hojo", "IT導入補助金", "ITツールの導入に使えます")


def shown(*confidences: float) -> tuple[CandidateShown, ...]:
    """Entries a, b, c … with these confidences."""
    return tuple(CandidateShown(chr(97 + place), "?", "…", sure) for place, sure in enumerate(confidences))


def answer(name: str, *candidates: CandidateShown, programs: tuple[ProgramShown, ...] = ()) -> Decision:
    return Decision(action="answer", text="…", entry_id=name, candidates=candidates, programs=programs)


def choose(*candidates: CandidateShown) -> Decision:
    return Decision(action="choose", text="…", candidates=candidates)


def card(*steps: Step) -> Evidence:
    return evidence("質問", State(), steps)


def names(found: tuple[object, ...]) -> str:
    return "".join(one.entry_id for one in found)  # type: ignore[attr-defined]


def test_a_talk_without_the_bot_leaves_an_empty_card() -> None:
    assert card() == Evidence("質問", (), (), (), (), 0)


def test_the_prefecture_stands_on_the_card() -> None:
    assert evidence("質問", State(prefecture="神奈川県"), []).slots == (Slot("都道府県", "神奈川県"),)


def test_what_was_offered_and_not_tapped_is_rejected() -> None:
    found = card("", choose(*shown(0.6, 0.3, 0.1)), "entry:b", answer("b", *shown(1.0, 1.0)[1:]))

    assert [(one.entry_id, one.confidence, one.chosen) for one in found.offered] == [
        ("a", 0.6, False),
        ("b", 0.3, True),
        ("c", 0.1, False),
    ]
    assert names(found.rejected) == "ac"


def test_an_answer_hides_what_it_was_preferred_to() -> None:
    found = card("", answer("a", *shown(0.97, 0.2, 0.1)))

    assert (names(found.offered), names(found.rejected)) == ("a", "")


def test_an_answer_that_did_not_help_is_rejected_too() -> None:
    found = card("", answer("a", *shown(0.97)), "unsolved", choose(*shown(0.5, 0.4)[1:]), "none")

    assert (names(found.offered), names(found.rejected)) == ("ab", "ab")
    assert found.offered[0].chosen


def test_none_of_these_rejects_no_earlier_answer() -> None:
    found = card("", answer("a", *shown(0.97)), "", choose(*shown(0.5, 0.4)[1:]), "none")

    assert names(found.rejected) == "b"


def test_programmes_are_shown_once() -> None:
    found = card("", answer("a", programs=(PROGRAM,)), "", answer("b", programs=(PROGRAM,)))

    assert found.programs == (PROGRAM,)


def test_only_what_was_written_was_searched_for() -> None:
    small_talk = Decision(action="smalltalk", text="…")

    assert card("", small_talk, "", choose(*shown(0.5)), "entry:a", answer("a"), "", answer("b")).searches == 2


def test_a_real_talk_leaves_its_traces(engine: Engine) -> None:
    talk, steps = Talk(engine), list[Step]()
    for text, action in (("神奈川です", ""), (LIMIT, ""), ("", "unsolved"), ("専門家に相談したい", "")):
        decision = talk.tap(action) if action else talk.say(text)
        steps += [action, decision]

    found = evidence(talk.known.question, talk.state, steps)

    assert found.question == LIMIT
    assert found.slots == (Slot("都道府県", "神奈川県"),)
    assert names(found.rejected).startswith("safety-004")
    assert 0.9 < found.offered[0].confidence < 1
    assert found.programs
    assert msgspec.json.decode(msgspec.json.encode(found), type=Evidence) == found


def test_an_erased_question_leaves_the_rest(engine: Engine) -> None:
    turn = engine.turn(State(), Utterance(LIMIT), tokyo("2026-11-20 10:00"), Desk(Talk(engine).calendar, "R"))

    assert names(evidence("", turn.state, ["", turn.decision]).offered) == "safety-004"
