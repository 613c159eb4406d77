"""How fast experts get their visitors and read their words while hundreds wait, beside a bare chat in the same run."""

import datetime
import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from evaluation.benchmarks.table import Figure, percentile
from evaluation.load.bare_talk import talk
from evaluation.load.consultation import EXPERT, Consultation, Outcome, Scale
from evaluation.load.processes import Program, bare_chat, running, sodan
from evaluation.load.schema import own_schema
from evaluation.load.usage import Usage, watched

LONG = Scale(visitors=500, experts=50, exchanges=3, arrivals=15, log_ins=2, writing=(4, 12), patience=360)
QUICK = Scale(visitors=60, experts=10, exchanges=2, arrivals=12, log_ins=4, writing=(0.5, 1.5), patience=15)
BARE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Bench:
    """`folder` is on the disk to be measured; `postgres` and `redis` are URLs or empty."""

    folder: Path
    index_folder: Path
    scale: Scale
    postgres: str = ""
    redis: str = ""


async def measure(bench: Bench) -> list[Figure]:
    """All figures."""
    outcome, usage = await _consulted(bench, [sodan("serve", bench.folder / "serve", bench.index_folder, None)])
    bare = await _bare(bench, rate=len(outcome.verdict.user_seconds) / outcome.seconds)
    found = [*figures(bench.scale, "", outcome, usage), *compared(outcome, bare)]
    if bench.postgres:
        with own_schema(bench.postgres) as database:
            found += figures(bench.scale, "PostgreSQL: ", *await _consulted(bench, _programs(bench, database)))
    return found


def _programs(bench: Bench, database: str) -> list[Program]:
    """Two servers and two workers over one database, not yet started."""
    made = []
    for command, number in itertools.product(("serve", "worker"), range(2)):
        settings = {"database_url": database, "redis_url": bench.redis, "workers": "0" if command == "serve" else "2"}
        made.append(sodan(command, bench.folder / f"{command}-{number}", bench.index_folder, None, **settings))
    return made


async def _consulted(bench: Bench, programs: Sequence[Program]) -> tuple[Outcome, Usage]:
    password = secrets.token_urlsafe()
    await _prepare(programs[0], bench.scale.experts, password)
    servers = [program.url for program in programs if program.port]
    async with running(*programs), watched([program.pid for program in programs]) as usage:
        outcome = await Consultation(servers, bench.scale, password).play()
    return outcome, usage


async def _prepare(program: Program, experts: int, password: str) -> None:
    """Makes the experts, and opens today and tomorrow all day long."""
    adding = ("user", "add", EXPERT, "--role", "expert", "--count", str(experts), "--password-stdin")
    await program.run(*adding, said=f"{password}\n")
    today = datetime.datetime.now(ZoneInfo("Asia/Tokyo")).date()
    for days in range(2):
        day = today + datetime.timedelta(days=days)
        await program.run("hours", "set", day.isoformat(), "00:00-24:00")


def figures(scale: Scale, heading: str, outcome: Outcome, usage: Usage) -> list[Figure]:
    """What came of a consultation, with the goals."""
    verdict, heading = outcome.verdict, f"{heading}専門家{scale.experts}人・相談者{scale.visitors}人: "
    words = len(verdict.user_seconds) + len(verdict.expert_seconds)
    screen = [seconds * 1000 for seconds in verdict.user_seconds]
    rows = (
        Figure("同時に待った相談者", outcome.waiting, "人", at_least=scale.visitors),
        Figure("相談を終えた相談者", outcome.served, "人", at_least=scale.visitors),
        Figure("やりとり", words / outcome.seconds, "件/秒"),
        Figure("空きができてから割り当てまで p50", percentile(outcome.waits, 50), "秒"),
        Figure("空きができてから割り当てまで p99", percentile(outcome.waits, 99), "秒", 1.0),
        Figure("相談者の送信から専門家の画面まで p50", percentile(screen, 50), "ms"),
        Figure("相談者の送信から専門家の画面まで p99", percentile(screen, 99), "ms", 500.0),
        Figure("うち受け付けのあと p99", percentile(verdict.user_seconds_acknowledged, 99) * 1000, "ms"),
        Figure("専門家の送信から相談者の画面まで p99", percentile(verdict.expert_seconds, 99) * 1000, "ms"),
        Figure("話したこと", verdict.said, "件"),
        Figure("受け付けて届かなかった", len(verdict.lost), "件", 0.0),
        Figure("二度届いた", len(verdict.doubled), "件", 0.0),
        Figure("違う相談に届いた", len(verdict.astray), "件", 0.0),
        Figure("断られた操作", len(outcome.refusals), "回", 0.0),
        Figure("やり直した送信", outcome.failures, "回"),
        Figure("sodan の CPU(1コアに対して)", usage.cpu * 100, "%"),
        Figure("sodan のメモリの最大", usage.memory / 2**20, "MB"),
        Figure("(負荷を出す側の遅れ p99)", percentile(usage.late, 99) * 1000, "ms"),
    )
    return [replace(row, name=f"{heading}{row.name}") for row in rows]


def compared(outcome: Outcome, bare: Sequence[float]) -> list[Figure]:
    """The bare chat's seconds from sending to the screen beside ours."""
    ours, theirs = percentile(outcome.verdict.user_seconds, 50), percentile(bare, 50)
    return [
        Figure("素のチャット: 送信から画面まで p50", theirs * 1000, "ms"),
        Figure("素のチャット: 送信から画面まで p99", percentile(bare, 99) * 1000, "ms"),
        Figure("送信から画面まで p50: sodan / 素のチャット", ours / theirs if theirs else 0.0, "倍"),
    ]


async def _bare(bench: Bench, rate: float) -> list[float]:
    app = bare_chat(bench.folder / "bare")
    async with running(app):
        return await talk(app.url, bench.scale.experts, rate, BARE_SECONDS)
