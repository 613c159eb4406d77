"""How fast LINE's webhooks are acknowledged and answered, beside a bare app in the same run.

Every phase has servers and a database of its own, on the disk where the real data would be.
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.benchmarks.table import Figure, percentile
from evaluation.load.generator import Generator, Load
from evaluation.load.line_stand_in import LineStandIn
from evaluation.load.processes import COMMAND, SECRET, Program, bare_app, running, sodan
from evaluation.load.questions import Question
from evaluation.load.schema import own_schema
from evaluation.load.tally import Tally
from evaluation.load.usage import busy_seconds

RATE = 200  # events a second, of the goal
CONNECTIONS = 16
CONVERSING = 64  # users who ask again once answered


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of each phase; `rounds` is how often the phases that are compared take turns.

    `settle` is how long after the last question of `pace` posts and answers are waited for.
    """

    rounds: int
    press: float
    pace: float
    settle: float
    converse: float


LONG, QUICK = Duration(3, 5, 60, 30, 10), Duration(1, 2, 10, 4, 2)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all phases share. `folder` is on the disk to be measured; `postgres` and `redis` are URLs or empty."""

    folder: Path
    index_folder: Path
    questions: Sequence[Question]
    duration: Duration
    postgres: str = ""
    redis: str = ""


async def measure(bench: Bench) -> list[Figure]:
    """All figures."""
    pressed = [(await _pressed_bare(bench), await _pressed(bench)) for _ in range(bench.duration.rounds)]
    bare, ours = map(statistics.mean, zip(*pressed, strict=True))
    figures = [
        Figure("ディスク: 4 KB の fdatasync", _syncs(bench.folder), "回/秒"),
        Figure(f"受け付け: 素のアプリ({CONNECTIONS}接続)", bare, "件/秒"),
        Figure("受け付け: sodan serve(答えながら)", ours, "件/秒"),
        Figure("受け付け: sodan serve / 素のアプリ", ours / bare, "倍", at_least=0.6),
        *await _paced(bench),
    ]
    if bench.postgres:
        figures += await _many(bench)
    return figures


def has_worker_command() -> bool:
    """Whether this version has `sodan worker`."""
    return subprocess.run([COMMAND, "worker", "--help"], capture_output=True, check=False).returncode == 0


def _syncs(folder: Path, seconds: float = 0.5) -> float:
    """How often a second the disk takes 4 KB for good: nothing commits one by one faster than that."""
    count, started = 0, time.perf_counter()
    with (folder / "syncs").open("wb", buffering=0) as file:
        while time.perf_counter() - started < seconds:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            count += 1
    return count / (time.perf_counter() - started)


async def _pressed_bare(bench: Bench) -> float:
    app = bare_app(_fresh(bench, "bare"))
    async with LineStandIn() as stand_in, running(app), _generator(bench, stand_in, app) as generator:
        return await generator.press(CONNECTIONS, bench.duration.press)


async def _pressed(bench: Bench) -> float:
    async with LineStandIn() as stand_in:
        server = sodan("serve", _fresh(bench, "press"), bench.index_folder, stand_in)
        async with running(server), _generator(bench, stand_in, server) as generator:
            rate = await generator.press(CONNECTIONS, bench.duration.press)
            await server.kill()  # what still waits is not part of this phase
            return rate


async def _paced(bench: Bench) -> list[Figure]:
    async with LineStandIn() as stand_in:
        server = sodan("serve", _fresh(bench, "pace"), bench.index_folder, stand_in)
        async with running(server), _generator(bench, stand_in, server) as generator:
            ending = time.perf_counter() + bench.duration.pace + bench.duration.settle
            with contextlib.suppress(TimeoutError):  # posts that are not acknowledged by then have failed
                async with asyncio.timeout(bench.duration.pace + bench.duration.settle):
                    await generator.pace(RATE, bench.duration.pace)
            tally = await generator.settle(max(ending - time.perf_counter(), 0.0), quiet=0.5)
            await server.kill()
    acknowledging = [post.seconds for post in generator.posts]
    refused = sum(post.status != 200 for post in generator.posts)
    heading = f"毎秒{RATE}件 x {bench.duration.pace:g}秒: "
    return [
        Figure(f"{heading}受け付け p50", percentile(acknowledging, 50) * 1000, "ms"),
        Figure(f"{heading}受け付け p99", percentile(acknowledging, 99) * 1000, "ms", 100.0),
        Figure(f"{heading}受け付けを断られた", refused, "件", 0.0),
        *(Figure(f"{heading}{row.name}", row.value, row.unit, row.goal) for row in _answered(tally)),
        Figure("(負荷を出す側の遅れ p99)", percentile(generator.late, 99) * 1000, "ms"),
    ]


def _answered(tally: Tally) -> Iterator[Figure]:
    """An answer that has not come at the end of the wait counts as lost, and as an endless wait."""
    seconds = [*tally.seconds, *([float("inf")] * len(tally.lost))]
    yield Figure("答えが届くまで p50", percentile(seconds, 50), "秒")
    yield Figure("答えが届くまで p99", percentile(seconds, 99), "秒", 2.0)
    yield Figure("受け付けて届かなかった", len(tally.lost), "件", 0.0)
    yield Figure("二度届いた", len(tally.doubled), "件", 0.0)
    yield Figure("違う答え", len(tally.astray), "件", 0.0)


async def _many(bench: Bench) -> list[Figure]:
    conversed = [(await _conversed(bench, 1), await _conversed(bench, 2)) for _ in range(bench.duration.rounds)]
    ones, twos = zip(*conversed, strict=True)
    one, two = (statistics.mean(each.rate for each in many) for many in (ones, twos))
    busy_one, busy_two = (statistics.mean(each.cores for each in many) for many in (ones, twos))
    cores = f"/ {os.cpu_count()} コア"
    return [
        Figure("PostgreSQL: serve 1 + worker 1 の答え", one, "件/秒"),
        Figure("PostgreSQL: serve 2 + worker 2 の答え", two, "件/秒"),
        Figure("PostgreSQL: 2 + 2 / 1 + 1", two / one if one else 0.0, "倍", at_least=1.5),
        Figure("(1 + 1 のとき、この機械で働いていたコア)", busy_one, cores),
        Figure("(2 + 2 のとき、この機械で働いていたコア)", busy_two, cores),
    ]


@dataclass(frozen=True, slots=True)
class _Conversed:
    """Questions answered a second, and how many cores of the machine were busy with everything meanwhile."""

    rate: float
    cores: float


async def _conversed(bench: Bench, count: int) -> _Conversed:
    """What `count` servers and as many workers answer."""
    folder = _fresh(bench, f"postgres-{count}-")
    with own_schema(bench.postgres) as database:
        async with LineStandIn() as stand_in:
            shared = {"database_url": database, "redis_url": bench.redis}

            def program(command: str, number: int, **settings: str) -> Program:
                own = folder / f"{command}-{number}"
                return sodan(command, own, bench.index_folder, stand_in, **shared, **settings)

            servers = [program("serve", number, workers="0") for number in range(count)]
            workers = [program("worker", number) for number in range(count)]
            async with running(*servers, *workers), _generator(bench, stand_in, *servers) as generator:
                started, worked = time.perf_counter(), busy_seconds()
                rate = await generator.converse(CONVERSING, bench.duration.converse)
                cores = (busy_seconds() - worked) / (time.perf_counter() - started)
                await asyncio.gather(*(one.kill() for one in (*servers, *workers)))
                return _Conversed(rate, cores)


def _fresh(bench: Bench, name: str) -> Path:
    """A folder in which nothing is yet."""
    return Path(tempfile.mkdtemp(prefix=name, dir=bench.folder))


def _generator(bench: Bench, stand_in: LineStandIn, *servers: Program) -> Generator:
    return Generator([server.url for server in servers], stand_in, bench.questions, Load(SECRET))
