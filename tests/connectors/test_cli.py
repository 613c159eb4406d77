"""The `sodan` command as a shell sees it: what it prints, where, and its exit status."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from tests.builders import KnowledgeFolder

COMMAND = Path(sys.executable).with_name("sodan")
LIMIT = "経営セーフティ共済ではいくらまで借りられますか"

# The contract of docs/architecture.md, field by field; a list holds the shape of its items.
DECISION = {
    "action": str,
    "confidence": float,
    "text": str,
    "entry_id": str,
    "candidates": [{"entry_id": str, "question": str, "answer": str, "confidence": float}],
    "programs": [{"id": str, "name": str, "reason": str, "url": str}],
    "institutions": [{"id": str, "name": str, "reason": str}],
    "contacts": [{"office": str, "prefecture": str, "tel": str, "address": str}],
    "sources": [{"title": str, "at": str, "as_of": str, "url": str}],
    "choices": [{"label": str, "value": str}],
    "followups": [str],
    "elapsed_ms": float,
}

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sodan(engine: Engine, cache_folder: Path, tmp_path: Path) -> Run:
    """Runs the command in an empty folder, with the search index that the engine has built."""

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            env={**os.environ, "SODAN_DATA_FOLDER": str(cache_folder), "PYTHONUTF8": "1"},
            timeout=120,
        )

    return run


def failure(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line on stderr of a command that was refused."""
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    return done.stderr.strip()


def jsonl(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def fits(value: object, shape: Any) -> bool:
    """Whether a JSON value has exactly the keys and types of a shape."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and set(value) == set(shape) and all(fits(value[k], shape[k]) for k in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    return type(value) is shape


# ask


def test_ask_prints_the_answer_its_sources_and_their_dates(sodan: Run) -> None:
    done = sodan("ask", LIMIT)

    assert (done.returncode, done.stderr) == (0, "")
    assert "8,000万円" in done.stdout
    assert "出典: 中小機構 SERVICE GUIDE" in done.stdout
    assert "(2025-04)" in done.stdout


def test_ask_prints_the_desk(sodan: Run) -> None:
    assert "045-633-5143" in sodan("ask", "神奈川の活性化協議会の電話番号").stdout


def test_ask_prints_what_can_be_chosen(sodan: Run) -> None:
    lines = sodan("ask", "補助金").stdout.splitlines()

    assert lines[-1] == "・どれでもない"
    assert len(lines) > 3


def test_ask_json_is_one_decision_as_the_contract_says(sodan: Run) -> None:
    done = sodan("ask", LIMIT, "--json")

    decision = json.loads(done.stdout)
    assert fits(decision, DECISION), decision
    assert (decision["action"], decision["entry_id"]) == ("answer", "safety-004")
    assert 0 < decision["confidence"] <= 1
    assert decision["elapsed_ms"] > 0
    assert done.stdout.count("\n") == 1


def test_ask_is_stateless_so_a_wish_for_a_person_gives_a_handoff(sodan: Run) -> None:
    assert json.loads(sodan("ask", "人と話したい", "--json").stdout)["action"] == "handoff"


@pytest.mark.parametrize("arguments", [(), (LIMIT, "--batch", "questions.jsonl")])
def test_ask_wants_either_a_text_or_a_file(sodan: Run, arguments: tuple[str, ...]) -> None:
    assert "--batch のどちらか" in failure(sodan("ask", *arguments))


# ask --batch


def test_a_batch_keeps_ids_and_order_and_every_line_keeps_the_contract(sodan: Run, tmp_path: Path) -> None:
    asked = {
        "z-9": LIMIT, "a-1": "神奈川の活性化協議会の電話番号", "m-5": "補助金", "b-2": "こんにちは", "c-3": "今日の天気は?",
        "d-4": "中小企業活性化協議会は何をしてくれるところですか", "e-6": "死にたい", "f-7": "ぬるぽ", "g-8": "",
        "h-10": "\ud83d😀", "i-11": "共済" * 1_000,
    }  # fmt: skip
    file = jsonl(tmp_path / "questions.jsonl", *(json.dumps({"id": id_, "text": text}) for id_, text in asked.items()))

    done = sodan("ask", "--batch", file)

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["id"] for row in rows] == list(asked)
    assert [row for row in rows if not fits(row, {"id": str, **DECISION})] == []
    assert {row["action"] for row in rows} >= {"answer", "directory", "clarify", "smalltalk", "decline", "crisis"}
    filled = {name for row in rows for name, value in row.items() if isinstance(value, list) and value}
    assert filled == {name for name, shape in DECISION.items() if isinstance(shape, list)}


def test_ids_of_a_batch_come_back_as_they_are(sodan: Run, tmp_path: Path) -> None:
    ids = [1, "二", None, 2.5, ["a", {"b": 1}], True]
    file = jsonl(tmp_path / "questions.jsonl", *(json.dumps({"id": id_, "text": "こんにちは"}) for id_ in ids))

    done = sodan("ask", "--batch", file)

    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ids


def test_a_batch_says_the_same_as_single_questions(sodan: Run, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "questions.jsonl", *(json.dumps({"id": n, "text": LIMIT}) for n in range(2)))

    rows = [json.loads(line) for line in sodan("ask", "--batch", file).stdout.splitlines()]

    single = json.loads(sodan("ask", LIMIT, "--json").stdout)
    for row in rows:
        assert {**row, "elapsed_ms": 0} == {"id": row["id"], **single, "elapsed_ms": 0}


def test_a_batch_may_name_the_channel_and_hold_blank_lines(sodan: Run, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "questions.jsonl", '{"id": 1, "text": "こんにちは", "channel": "line"}', "", "  ")

    assert sodan("ask", "--batch", file).stdout.count("\n") == 1


def test_a_line_of_a_batch_ends_at_a_line_feed_only(sodan: Run, tmp_path: Path) -> None:
    """A JSON string may hold U+2028, U+0085 and their like as they are."""
    file = jsonl(tmp_path / "questions.jsonl", '{"id": 1, "text": "こん\u2028に\x85ちは"}', '{"id": 2, "text": "a"}')

    done = sodan("ask", "--batch", file)

    assert (done.stderr, done.stdout.count("\n")) == ("", 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 1, "text": "a"', "JSON"),
        ("こんにちは", "JSON"),
        ('["id", "text"]', "JSON"),
        ('{"id": 1}', "text"),
        ('{"text": "a"}', "id"),
        ('{"id": 1, "text": 5}', "text"),
        ('{"id": 1, "text": null}', "text"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_a_broken_line_is_told_with_file_and_line_and_nothing_is_answered(
    sodan: Run, tmp_path: Path, line: str, said: str
) -> None:
    file = jsonl(tmp_path / "questions.jsonl", '{"id": 0, "text": "a"}', line)

    done = sodan("ask", "--batch", file)

    message = failure(done)
    assert f"{file}:2: " in message
    assert said in message
    assert done.stdout == ""


def test_a_file_that_cannot_be_read_is_told(sodan: Run, tmp_path: Path) -> None:
    foreign = tmp_path / "sjis.jsonl"
    foreign.write_bytes('{"id": 1, "text": "窓口"}'.encode("cp932"))

    assert str(foreign) in failure(sodan("ask", "--batch", foreign))
    assert "lost.jsonl" in failure(sodan("ask", "--batch", "lost.jsonl"))


# knowledge


def test_a_broken_knowledge_folder_is_refused_with_every_place(sodan: Run, tmp_path: Path) -> None:
    folder = KnowledgeFolder(tmp_path / "knowledge")
    folder.replace("entries/sample.yaml", "[sample-loan]", "[lost]")
    folder.replace("offices.csv", "045-123-4567", "045")

    done = sodan("knowledge", "check", "--folder", folder.path)

    line = folder.line_of("entries/sample.yaml", "[lost]")
    first = f"{folder.path}/entries/sample.yaml:{line}: sample-1: programs の参照先がありません: lost"
    second = f"{folder.path}/offices.csv:3: center-14: 電話番号の形が正しくありません: 045"
    assert done.returncode == 2
    assert done.stdout.splitlines() == [first, second]


def test_what_is_wrong_with_knowledge_is_one_line_on_stderr_with_file_and_line(sodan: Run, tmp_path: Path) -> None:
    folder = KnowledgeFolder(tmp_path / "knowledge")
    folder.replace("offices.csv", "045-123-4567", "045")

    assert f"{folder.path}/offices.csv:3: " in failure(sodan("knowledge", "check", "--folder", folder.path))
    assert f"{folder.path}/offices.csv:3: " in failure(sodan("knowledge", "stats", "--folder", folder.path))


def test_a_folder_without_knowledge_is_refused(sodan: Run, tmp_path: Path) -> None:
    failure(sodan("knowledge", "check", "--folder", tmp_path / "nowhere"))


def test_answers_that_are_nearly_the_same_are_refused_by_name(sodan: Run, tmp_path: Path) -> None:
    folder = KnowledgeFolder(tmp_path / "knowledge", entries=12)

    done = sodan("knowledge", "check", "--folder", folder.path)

    assert failure(done).startswith("sample-1: ")
    assert "誤り sample-1: 回答がsample-2とほぼ同じです" in done.stdout


def test_stats_counts_the_shipped_knowledge(sodan: Run, engine: Engine) -> None:
    done = sodan("knowledge", "stats")

    assert done.returncode == 0
    assert str(len(engine.library.knowledge.entries)) in done.stdout
    assert "経営革新計画" in done.stdout


# the command itself


@pytest.mark.parametrize("arguments", [("gossip",), ("ask", "--loud", "a"), ("knowledge", "gossip")])
def test_what_is_no_command_is_refused(sodan: Run, arguments: tuple[str, ...]) -> None:
    failure(sodan(*arguments))


def test_help_names_every_command(sodan: Run) -> None:
    done = sodan("--help")

    assert done.returncode == 0
    assert {"ask", "serve", "knowledge"} <= set(done.stdout.split())
