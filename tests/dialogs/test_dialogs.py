"""Plays the dialogs of the YAML files beside this one against the bot as it is shipped."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from bot.conversation import State, Utterance
from bot.decision import Decision
from bot.engine import Engine
from knowledge.yamlfile import read_yaml
from tests.fakes import FixedClock

FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{\{(\w+)(?::(\d))?\}\}")


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A turn of a dialog: what the user does and what must come back; the first comment of basics.yaml explains it."""

    action: tuple[str, ...]
    said: str | None = None
    tap: str = ""
    hours: float = 0
    entry: str = ""
    words: tuple[str, ...] = ()
    tel: str = ""
    choices: tuple[str, ...] = ()
    sourced: bool = False
    offered: bool | None = None


class Dialog(Struct, frozen=True, forbid_unknown_fields=True):
    """A named dialog."""

    name: str
    turns: tuple[Step, ...]


class Player:
    """Plays one dialog, keeping the state between turns as the service does."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self._engine = engine
        self._clock = clock
        self._state = State()
        self._decision: Decision | None = None

    def play(self, step: Step) -> Decision:
        self._clock.advance(seconds=20, hours=step.hours)
        action = self._filled(step.tap, ids=True)
        said = self._engine.label(action) if action else self._filled(step.said or "", ids=False)
        turn = self._engine.turn(self._state, Utterance(said, action), self._clock.now())
        # The state goes through the database between turns.
        self._state = msgspec.json.decode(msgspec.json.encode(turn.state), type=State)
        self._decision = turn.decision
        return turn.decision

    def expected_entry(self, step: Step) -> str:
        """The entry id that a step asks for; to be called before the step is played."""
        return self._filled(step.entry, ids=True)

    def _filled(self, text: str, ids: bool) -> str:
        match = _PLACE.search(text)
        if match is None:
            return text
        if match[1].isdigit():
            sentence = text.replace(match[0], "")
            return (sentence * int(match[1]))[: int(match[1])]
        entry_id, label = self._offers(match[1])[int(match[2]) - 1]
        return text.replace(match[0], entry_id if ids else label)

    def _offers(self, kind: str) -> list[tuple[str, str]]:
        """Ids and words of what was last shown to pick from."""
        assert self._decision
        knowledge = self._engine.library.knowledge
        if kind == "followup":
            return [(knowledge.entry_asking[question].id, question) for question in self._decision.followups]
        if self._decision.candidates:
            return [(shown.entry_id, shown.question) for shown in self._decision.candidates]
        taps = ((choice.value.partition(":"), choice.label) for choice in self._decision.choices)
        return [(target, label) for (name, _, target), label in taps if name == "entry"]


def dialogs() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        file = read_yaml(path)
        for position, row in enumerate(file.content["dialogs"]):
            dialog = msgspec.convert(row, Dialog, strict=False)
            where = f"{path.name}:{file.line(('dialogs', position))}"
            yield pytest.param(dialog, id=f"{where} {dialog.name}")


@pytest.mark.parametrize("dialog", list(dialogs()))
def test_dialog(dialog: Dialog, engine: Engine, clock: FixedClock) -> None:
    player = Player(engine, clock)

    for number, step in enumerate(dialog.turns, 1):
        wanted = player.expected_entry(step)
        decision = player.play(step)

        said = f"turn {number} ({step.tap or step.said})"
        assert decision.action in step.action, f"{said}: {decision.action}: {decision.text}"
        assert decision.entry_id == wanted or not wanted, said
        assert [words for words in step.words if words not in decision.text] == [], said
        check_desks(step, decision, said)
        check_shown(step, decision, said)


def check_desks(step: Step, decision: Decision, said: str) -> None:
    numbers = [contact.tel for contact in decision.contacts]
    if step.tel == "none":
        assert numbers == [], said
    elif step.tel:
        assert step.tel in numbers, said


def check_shown(step: Step, decision: Decision, said: str) -> None:
    if step.choices:
        assert {choice.label for choice in decision.choices} == set(step.choices), said
    if step.sourced:
        assert decision.sources, said
        assert all(re.fullmatch(r"20\d\d-\d\d", source.as_of) for source in decision.sources), said
    if step.offered is not None:
        assert bool(decision.candidates) == step.offered, said
