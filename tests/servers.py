"""Real `sodan` processes, which tests may stop, kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

COMMAND = Path(sys.executable).parent / "sodan"
START_SECONDS = 60


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A `sodan` command over a data folder; `settings` become SODAN_… variables."""

    command = ""

    def __init__(
        self, data_folder: Path, index_folder: Path, settings: Mapping[str, str] | None = None, largest_file: int = 0
    ) -> None:
        """A process that has not started yet.

        `index_folder` holds a built search index, so that starting takes no time for building one. `largest_file`
        is how many bytes a file may have (0: as many as it likes): where a write fails as on a full disk.
        """
        self.data_folder = data_folder
        data_folder.mkdir(parents=True, exist_ok=True)
        for index in index_folder.glob("index-*.npz"):
            if index.parent != data_folder:
                shutil.copy(index, data_folder)
        self._largest_file = largest_file
        self._settings = {f"SODAN_{name.upper()}": value for name, value in (settings or {}).items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = data_folder / f"{self.command}.log"

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def start(self) -> "Process":
        limit = f"ulimit -f {self._largest_file // 1024};" if self._largest_file else ""
        environment = os.environ | {"SODAN_DATA_FOLDER": str(self.data_folder)} | self._settings
        started = ["bash", "-c", f'{limit} exec "$0" {self.command}', str(COMMAND)]
        with self._log.open("ab") as log:
            begin = log.tell()
            self._process = subprocess.Popen(started, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"sodan {self.command} did not start:\n{self.log}")
            if self._is_ready(begin):
                return self
            time.sleep(0.05)
        raise TimeoutError(f"sodan {self.command} was not ready in {START_SECONDS} s:\n{self.log}")

    def _is_ready(self, begin: int) -> bool:
        raise NotImplementedError(self.command)

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        status = self._process.wait(30)
        self._process = None
        return status


class Server(Process):
    """`sodan serve`."""

    command = "serve"

    def __init__(
        self, data_folder: Path, index_folder: Path, settings: Mapping[str, str] | None = None, largest_file: int = 0
    ) -> None:
        self.port = free_port()
        super().__init__(data_folder, index_folder, {**(settings or {}), "port": str(self.port)}, largest_file)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        super().start()
        return self

    def _is_ready(self, begin: int) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").is_success
        except httpx.TransportError:
            return False


class Worker(Process):
    """`sodan worker`."""

    command = "worker"

    def _is_ready(self, begin: int) -> bool:
        return "ワーカーを始めました" in self._log.read_bytes()[begin:].decode()
