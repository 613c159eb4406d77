"""How fast a decision is, beside bm25s with the same tokens; how fast and small the command and the server are."""

import datetime
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.asking import ask
from bot.assembly import QUESTIONS_FILE, build_engine
from bot.engine import Engine
from evaluation.benchmarks.table import Figure
from knowledge.loading import load_knowledge

COMMAND = Path(sys.executable).parent / "sodan"


def measure(cache_folder: Path, rounds: int) -> list[Figure]:
    """All figures; `rounds` times over the development questions."""
    engine = build_engine(cache_folder)
    texts = [json.loads(line)["text"] for line in QUESTIONS_FILE.read_text(encoding="utf-8").splitlines()]
    return [*_decisions(engine, texts, rounds), *_command(cache_folder), *_server(cache_folder)]


def _timed(work: Callable[[str], object], texts: Sequence[str], rounds: int) -> list[float]:
    """Milliseconds of each call, after one unmeasured round."""
    times = []
    for number in range(rounds + 1):
        for text in texts:
            started = time.perf_counter()
            work(text)
            if number:
                times.append((time.perf_counter() - started) * 1000)
    return times


def _decisions(engine: Engine, texts: Sequence[str], rounds: int) -> Iterator[Figure]:
    now = datetime.datetime.now(datetime.UTC)
    ours = _timed(lambda text: ask(engine, text, now), texts, rounds)
    peer = _timed(_bm25s(engine), texts, rounds)
    yield Figure("判断 p50", statistics.median(ours), "ms", 1.0)
    yield Figure("判断 p99", statistics.quantiles(ours, n=100)[98], "ms", 3.0)
    yield Figure("bm25s の検索のみ(形態素解析込み) p50", statistics.median(peer), "ms")
    yield Figure("判断 / bm25s (p50の比)", statistics.median(ours) / statistics.median(peer), "倍")


def _bm25s(engine: Engine) -> Callable[[str], object]:
    """bm25s over the same tokens of the same entries, top three."""
    import bm25s  # noqa: PLC0415 - only benchmarks need the peer

    analyze = engine.library.analyzer.analyze
    knowledge = load_knowledge()  # with the training phrases, which an index file leaves out
    corpus = [
        [
            term
            for text in (*entry.utterances, *knowledge.phrases_of.get(entry.id, ()), entry.answer)
            for term in analyze(text).terms
        ]
        for entry in knowledge.entries
    ]
    known = {term for terms in corpus for term in terms}
    retriever = bm25s.BM25()
    retriever.index(corpus, show_progress=False)

    def retrieve(text: str) -> None:
        if terms := [term for term in analyze(text).terms if term in known]:  # it refuses a question of unknown words
            retriever.retrieve([terms], k=3, show_progress=False)

    return retrieve


def _environment(folder: Path, port: int = 8000) -> dict[str, str]:
    return os.environ | {"SODAN_DATA_FOLDER": str(folder), "SODAN_PORT": str(port), "SODAN_DATABASE_URL": ""}


def _command(folder: Path) -> Iterator[Figure]:
    environment = _environment(folder)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([COMMAND, "ask", "共済"], env=environment, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    yield Figure("sodan ask の起動から回答まで", min(times), "秒", 1.0)


def _server(folder: Path) -> Iterator[Figure]:
    with _running_server(folder) as (port, process, seconds):
        for number in range(200):
            body = json.dumps({"text": f"共済の掛金はいくら {number}"}).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/api/v1/ask", body, {"Content-Type": "application/json"}
            )
            urllib.request.urlopen(request).read()  # noqa: S310 - loopback
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    yield Figure("sodan serve の準備完了まで", seconds, "秒", 3.0)
    yield Figure("sodan serve の常駐メモリ(200問のあと)", resident / 1024, "MB", 200.0)


@contextmanager
def _running_server(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "serve"], env=_environment(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_ready(port)
        yield port, process, time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_ready(port: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
