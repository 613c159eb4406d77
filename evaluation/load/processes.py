"""Starts the `sodan` command and the peer in processes of their own, kills them, and starts them again."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from evaluation.load.line_stand_in import LineStandIn

COMMAND = str(Path(sys.executable).parent / "sodan")
SECRET = "channel-secret-of-the-load"  # noqa: S105 - of our own stand-in
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0


class NotStartedError(RuntimeError):
    """A process ended before it was ready; the text is the end of its log."""


@dataclass
class Program:
    """One process over one folder; with a port it serves HTTP."""

    arguments: Sequence[str]
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid if self._process else 0

    async def start(self, waits: bool = True) -> None:
        """Starts the process; `waits` until it is ready.

        Raises:
            NotStartedError: It ended, or was not ready in time.
        """
        # In its own folder, so that no .env of an operator is read.
        with (self.folder / "process.log").open("ab") as log, self._said.open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                *self.arguments, cwd=self.folder, env=self._environment, stdout=said, stderr=log
            )
        if waits:
            await self.ready()

    async def ready(self) -> None:
        """Waits until it is ready.

        Raises:
            NotStartedError: It ended, or was not ready in time.
        """
        if not self._process:
            raise NotStartedError("was not started")
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while self._process.returncode is None and asyncio.get_running_loop().time() < deadline:
            if await self._is_ready():
                return
            await asyncio.sleep(0.02)
        raise NotStartedError(self._end_of_log())

    async def run(self, *arguments: str, said: str = "") -> None:
        """Runs another `sodan` command with the same settings to its end; `said` is its standard input.

        Raises:
            NotStartedError: It failed.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            COMMAND, *arguments, cwd=self.folder, env=self._environment, stdin=pipe, stdout=pipe, stderr=pipe
        )
        _, problem = await process.communicate(said.encode())
        if process.returncode:
            raise NotStartedError(problem.decode())

    @property
    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SODAN_")}
        return inherited | {"PYTHONUNBUFFERED": "1"} | dict(self.settings)

    async def _is_ready(self) -> bool:
        """A server says so when asked; a worker says one line by itself, once it has started."""
        if not self.port:
            return self._said.stat().st_size > 0
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with aiohttp.request("GET", f"{self.url}/readyz") as response:
                return response.ok
        return False

    async def kill(self) -> None:
        """As a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Asks it to end, and makes it end where it does not."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def _said(self) -> Path:
        return self.folder / "process.out"

    def _end_of_log(self) -> str:
        return (self.folder / "process.log").read_text(encoding="utf-8", errors="replace")[-2000:]


@asynccontextmanager
async def running(*programs: Program) -> AsyncIterator[None]:
    """All of them at once; stopped at the end, whatever happens."""
    try:
        await asyncio.gather(*(program.start() for program in programs))
        yield
    finally:
        await asyncio.gather(*(program.stop() for program in programs), return_exceptions=True)


def sodan(command: str, folder: Path, index_folder: Path, stand_in: LineStandIn | None, **settings: str) -> Program:
    """`sodan serve` or `sodan worker`, whose LINE is the stand-in, if any; `settings` become SODAN_… variables.

    The search index is copied from `index_folder`: building one is not what is measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for index in index_folder.glob("index-*.npz"):
        shutil.copy(index, folder)
    port = free_port() if command == "serve" else 0
    given = {"data_folder": str(folder), "port": str(port or 8000), **(_line(stand_in) if stand_in else {}), **settings}
    return Program((COMMAND, command), folder, {f"SODAN_{k.upper()}": v for k, v in given.items()}, port)


def _line(stand_in: LineStandIn) -> dict[str, str]:
    return {
        "line_channel_secrets": f'["{SECRET}"]',
        "line_access_token": stand_in.access_token,
        "line_api_url": stand_in.url,
    }


def bare_app(folder: Path) -> Program:
    """The peer of LINE's webhook over a database of its own."""
    return _bare("bare_app", folder, {"BARE_APP_DATABASE": str(folder / "bare.db"), "BARE_APP_SECRET": SECRET})


def bare_chat(folder: Path) -> Program:
    """The peer of the chat with experts over a database of its own."""
    return _bare("bare_chat", folder, {"BARE_CHAT_DATABASE": str(folder / "bare.db")})


def _bare(module: str, folder: Path, settings: Mapping[str, str]) -> Program:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    app = ("uvicorn", "--factory", f"evaluation.load.{module}:create_app", "--no-access-log", "--log-level", "warning")
    return Program((sys.executable, "-m", *app, "--port", str(port)), folder, settings, port)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
