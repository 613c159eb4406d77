"""`sodan ask`: stateless questions from the shell, one or a whole file."""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from bot.asking import ask as ask_engine
from bot.assembly import build_engine
from bot.decision import Decision
from bot.engine import Engine
from connectors.jsonl import read_jsonl
from connectors.settings import read_settings


@click.command()
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="判断をJSONで出す")
@click.option("--batch", type=click.Path(path_type=Path), help="JSONL(id, text)を一行ずつ答える")
def ask(text: str | None, as_json: bool, batch: Path | None) -> None:
    """ひとつの質問に答える(会話の文脈なし)"""
    if (text is None) == (batch is None):
        raise click.UsageError("質問の文か --batch のどちらかを指定してください")
    rows = read_jsonl(batch, _problem) if batch else []
    engine = build_engine(read_settings().data_folder)
    if text is not None:
        decision = _decide(engine, text, "web")
        click.echo(_encoded(decision) if as_json else _readable(decision))
    for row in rows:
        decision = _decide(engine, row["text"], row.get("channel", "web"))
        sys.stdout.write(json.dumps({"id": row["id"]}, ensure_ascii=False)[:-1] + ", " + _encoded(decision)[1:] + "\n")


def _decide(engine: Engine, text: str, channel: str) -> Decision:
    return ask_engine(engine, text, datetime.datetime.now(datetime.UTC), channel)


def _encoded(decision: Decision) -> str:
    return msgspec.json.encode(decision).decode()


def _readable(decision: Decision) -> str:
    lines = [decision.text]
    lines += [
        f"{n}. {candidate.question}" for n, candidate in enumerate(decision.candidates, 1) if not decision.entry_id
    ]
    lines += [f"・{choice.label}" for choice in decision.choices]
    lines += [f"☎ {contact.office} {contact.tel} {contact.address}" for contact in decision.contacts]
    lines += [f"施策: {program.name} — {program.reason}" for program in decision.programs]
    lines += [f"出典: {source.title} {source.at} ({source.as_of})" for source in decision.sources]
    return "\n".join(lines)


def _problem(row: dict[str, Any]) -> str:
    """What is wrong with a question; empty if nothing."""
    return "" if "id" in row and isinstance(row.get("text"), str) else "id と text(文字列)が必要です"
