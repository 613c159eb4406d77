"""Kills the product again and again under load; at the end every acknowledged question was answered exactly once.

On SQLite there is one process to kill; on PostgreSQL two servers and two workers, one of which is killed each time.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluation.benchmarks.table import Figure
from evaluation.load.generator import LONGEST_SECONDS, Generator, Load
from evaluation.load.line_stand_in import LineStandIn, random_faults
from evaluation.load.processes import SECRET, Program, running, sodan
from evaluation.load.questions import Question
from evaluation.load.schema import own_schema

RATE = 20.0  # questions a second, below what one slow disk can answer while processes come and go
FAULTS = 0.05  # share of the calls to LINE that go wrong
DUPLICATES = REDELIVERIES = TOKENLESS = 0.1
KILLED_WITHIN = 1.5  # seconds after a process was ready
KILLED_EARLY = 0.1  # share of the kills that do not wait for that
SETTLE_SECONDS = 120.0
QUIET_SECONDS = 20.0  # longer than a lease: what would come twice has come by then
_QUIET_QUICK = 3.0


@dataclass(frozen=True, slots=True)
class Chaos:
    """`folder` holds the databases; `postgres` and `redis` are URLs or empty; `seed` makes chance repeatable."""

    folder: Path
    index_folder: Path
    questions: Sequence[Question]
    kills: int
    is_quick: bool = False
    postgres: str = ""
    redis: str = ""
    seed: int = 1


async def wreak(chaos: Chaos) -> list[Figure]:
    """Runs it; the counts, whose goals are that nothing was lost and nothing came twice.

    Raises:
        NotStartedError: A process did not come back after a kill.
    """
    load = Load(SECRET, 2_000, DUPLICATES, REDELIVERIES, TOKENLESS, insists=True, seed=chaos.seed)
    async with (
        LineStandIn(faults=random_faults(FAULTS, chaos.seed)) as stand_in,
        _programs(chaos, stand_in) as programs,
    ):
        servers = [program.url for program in programs if program.port]
        async with running(*programs), Generator(servers, stand_in, chaos.questions, load) as generator:
            stopping = asyncio.Event()
            asking = asyncio.create_task(generator.pace(RATE, LONGEST_SECONDS, stopping))
            try:
                await _kill(programs, chaos)
                stopping.set()
                await asking
            finally:
                asking.cancel()
            quiet = _QUIET_QUICK if chaos.is_quick else QUIET_SECONDS
            tally = await generator.settle(SETTLE_SECONDS, quiet)
    unanswered = sum(post.status != 200 for post in generator.posts)
    return [
        Figure("kill -9", chaos.kills, "回"),
        Figure("聞いたこと", tally.asked, "件"),
        Figure("webhook の送信(重複・再送を含む)", len(generator.posts), "回"),
        Figure("うち200でなかった", unanswered, "回"),
        Figure("受け付けられたこと", tally.acknowledged, "件", at_least=tally.asked),
        Figure("LINE の代わりが返した500と切断", stand_in.statuses[500] + stand_in.dropped, "回"),
        Figure("返信 / プッシュで届いた", tally.replies, f"件 / {tally.pushes} 件"),
        Figure("受け付けて届かなかった", len(tally.lost), "件", 0.0),
        Figure("二度届いた", len(tally.doubled), "件", 0.0),
        Figure("違う答え", len(tally.astray), "件", 0.0),
    ]


@asynccontextmanager
async def _programs(chaos: Chaos, stand_in: LineStandIn) -> AsyncIterator[Sequence[Program]]:
    """What is run and killed, not yet started."""
    if not chaos.postgres:
        yield [sodan("serve", chaos.folder / "serve", chaos.index_folder, stand_in)]
        return
    with own_schema(chaos.postgres) as database:
        shared = {"database_url": database, "redis_url": chaos.redis}
        made = []
        for number, command in itertools.product(range(2), ("serve", "worker")):
            settings = shared | ({"workers": "0"} if command == "serve" else {})
            folder = chaos.folder / f"{command}-{number}"
            made.append(sodan(command, folder, chaos.index_folder, stand_in, **settings))
        yield made


async def _kill(programs: Sequence[Program], chaos: Chaos) -> None:
    """Kills one of the programs at a random moment and starts it again, as often as asked for."""
    chance = random.Random(chaos.seed)  # noqa: S311 - chaos, no secret
    for _ in range(chaos.kills):
        await asyncio.sleep(chance.uniform(0, KILLED_WITHIN))
        program = chance.choice(programs)
        await program.kill()
        await program.start(waits=chance.random() >= KILLED_EARLY)
    await asyncio.gather(*(program.ready() for program in programs))
