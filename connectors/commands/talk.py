"""`sodan talk --script FILE`: replays dialogs turn by turn, as users would have had them."""

import datetime
import json
import re
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from bot.assembly import build_engine
from bot.calendar import BusinessCalendar
from bot.conversation import State, Utterance
from bot.decision import Decision
from bot.engine import Engine
from bot.handoff import Actor, Handoff, moved
from bot.reception import Desk, Standing
from connectors.jsonl import read_jsonl
from connectors.settings import read_settings

SECONDS_A_TURN = 20
_CANDIDATE = re.compile(r"\{\{candidate:(\d+)\}\}")


@click.command()
@click.option("--script", type=click.Path(path_type=Path), required=True, help="JSONL(id, channel, clock, turns)")
def talk(script: Path) -> None:
    """台本の会話を再生し、発話ごとの判断をJSONLで出す"""
    dialogs = read_jsonl(script, _problem)
    engine = build_engine(read_settings().data_folder)
    for dialog in dialogs:
        turns = [json.loads(msgspec.json.encode(decision)) for decision in _replay(engine, dialog)]
        sys.stdout.write(json.dumps({"id": dialog["id"], "turns": turns}, ensure_ascii=False) + "\n")


def _problem(dialog: dict[str, Any]) -> str:
    """What is wrong with a dialog; empty if nothing."""
    turns = dialog.get("turns")
    if "id" not in dialog or not isinstance(turns, list):
        return "id と turns(一覧)が必要です"
    if not all(isinstance(turn, dict) and isinstance(turn.get("user"), str) for turn in turns):
        return 'turns の各行は {"user": "…"} の形です'
    try:
        _clock(dialog)
    except (TypeError, ValueError):
        return "clock は ISO 8601 の日時です(例 2026-11-20T10:00:00+09:00)"
    return ""


def _clock(dialog: dict[str, Any]) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(dialog.get("clock", "2026-11-20T10:00:00+09:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=9)))


def _replay(engine: Engine, dialog: dict[str, Any]) -> list[Decision]:
    calendar, handoff = BusinessCalendar(), None
    state, now, decisions = State(), _clock(dialog), list[Decision]()
    for number, turn in enumerate(dialog["turns"]):
        utterance = Utterance(_filled(turn["user"], state), channel=dialog.get("channel", "web"))
        outcome = engine.turn(state, utterance, now, Desk(calendar, f"TALK{number:04}", handoff))
        handoff = outcome.handoff or handoff
        if outcome.handoff and not outcome.decision.text:
            outcome = engine.told(outcome, Standing(place=1, minutes=1), calendar)
        handoff = _on_duty(handoff, now)
        state = outcome.state
        decisions.append(outcome.decision)
        now += datetime.timedelta(seconds=SECONDS_A_TURN)
    return decisions


def _on_duty(handoff: Handoff | None, now: datetime.datetime) -> Handoff | None:
    """The one expert on duty takes up at once what waits."""
    if handoff is None or handoff.status != "queued":
        return handoff
    expert = Actor("expert", "1")
    return moved(moved(handoff, "assigned", "claimed", expert, now, expert="1"), "active", "accepted", expert, now)


def _filled(text: str, state: State) -> str:
    """The text with `{{candidate:2}}` replaced by the words of the second candidate just offered."""

    def words(match: re.Match[str]) -> str:
        number = int(match[1])
        return state.offered[number - 1].label if 1 <= number <= len(state.offered) else match[1]

    return _CANDIDATE.sub(words, text)
