"""What processes use of the machine, as Linux counts it in /proc; and how late our own event loop is."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_EVERY_SECONDS = 0.05


def busy_seconds() -> float:
    """Seconds that all cores of the machine together have worked since it started (proc(5): /proc/stat)."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, *interrupts = map(int, fields[:8])
    return (user + nice + system + sum(interrupts)) / _TICKS


@dataclass(slots=True)
class Usage:
    """`cpu` is the share of one core on average, `memory` the most that was resident at once in bytes.

    Both are sums over the processes; `late` are the seconds by which our own event loop was late.
    """

    cpu: float = 0.0
    memory: int = 0
    late: list[float] = field(default_factory=list)


@asynccontextmanager
async def watched(pids: Sequence[int]) -> AsyncIterator[Usage]:
    """Measures while it is open; the figures are there once it ends."""
    usage = Usage()
    started, used = time.perf_counter(), sum(map(_cpu_seconds, pids))
    ticking = asyncio.create_task(_tick(usage))
    try:
        yield usage
        usage.cpu = (sum(map(_cpu_seconds, pids)) - used) / (time.perf_counter() - started)
        usage.memory = sum(map(_most_memory, pids))
    finally:
        ticking.cancel()


async def _tick(usage: Usage) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(_EVERY_SECONDS)
        usage.late.append(time.perf_counter() - before - _EVERY_SECONDS)


def _cpu_seconds(pid: int) -> float:
    """User and system time (proc(5): fields 14 and 15, counted after the name in parentheses)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _most_memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
