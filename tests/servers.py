"""A real `sodan serve` in a process of its own, which tests may stop, kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

COMMAND = Path(sys.executable).parent / "sodan"
START_SECONDS = 60


class Server:
    """One server over one data folder."""

    def __init__(self, data_folder: Path, index_folder: Path, largest_file: int = 0, **settings: str) -> None:
        """A server that has not started yet.

        `index_folder` holds a built search index, so that starting takes no time for building one. `largest_file`
        is how many bytes a file may have (0: as many as it likes): where a write fails as on a full disk. `settings` become SODAN_… variables.
        """
        self.data_folder = data_folder
        data_folder.mkdir(parents=True, exist_ok=True)
        for index in index_folder.glob("index-*.npz"):
            if index.parent != data_folder:
                shutil.copy(index, data_folder)
        self._largest_file = largest_file
        self._settings = {f"SODAN_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = data_folder / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def start(self) -> "Server":
        environment = os.environ | {"SODAN_DATA_FOLDER": str(self.data_folder), "SODAN_PORT": str(self.port)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["bash", "-c", f'{self._limit()} exec "$0" serve', COMMAND],
                env=environment | self._settings,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.log}")
            try:
                if httpx.get(f"{self.url}/readyz").is_success:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError(f"the server was not ready in {START_SECONDS} s:\n{self.log}")

    def _limit(self) -> str:
        return f"ulimit -f {self._largest_file // 1024};" if self._largest_file else ""

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
