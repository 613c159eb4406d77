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
from bot.conversation import State, Utterance
from bot.decision import Decision
from bot.engine import Engine
from connectors.jsonl import read_jsonl
from connectors.settings import Settings

SECONDS_A_TURN = 20
_CANDIDATE = re.compile(r"\{\{candidate:(\d+)\}\}")


@click.command()
@click.option("--script", type=click.Path(path_type=Path), required=True, help="JSONL(id, channel, clock, turns)")
def talk(script: Path) -> None:
    """台本の会話を再生し、発話ごとの判断をJSONLで出す"""
    dialogs = read_jsonl(script, _problem)
    engine = build_engine(Settings().data_folder)
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
    state, now, decisions = State(), _clock(dialog), list[Decision]()
    for turn in dialog["turns"]:
        text = _filled(turn["user"], state)
        outcome = engine.turn(state, Utterance(text, channel=dialog.get("channel", "web")), now)
        state = outcome.state
        decisions.append(outcome.decision)
        now += datetime.timedelta(seconds=SECONDS_A_TURN)
    return decisions


def _filled(text: str, state: State) -> str:
    """The text with `{{candidate:2}}` replaced by the words of the second candidate just offered."""

    def words(match: re.Match[str]) -> str:
        number = int(match[1])
        return state.offered[number - 1].label if 1 <= number <= len(state.offered) else match[1]

    return _CANDIDATE.sub(words, text)
