"""Looks for what answers a text in a process of its own: one Python process keeps one core busy, and webhooks come first.

The process is a fork and shares the knowledge with ours. Whatever happens to it, turns look for themselves then.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection

from bot.engine import Engine
from bot.finding import Found

logger = logging.getLogger(__name__)

_LONGEST = 5.0  # seconds for a handful of texts that take milliseconds
_SYSTEM_FILES = 3  # standard input, output and error
_MOST_FILES = 4096


class Lookout:
    """Begin it before any thread runs, and close it. For one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_answer, args=(engine, theirs), name="sodan-lookout", daemon=True)
        self._process.start()
        theirs.close()

    def look(self, texts: Sequence[str]) -> Mapping[str, Found]:
        """What was found for each text; nothing where the process does not answer, which is never asked again then."""
        if not texts or self._pipe.closed:
            return {}
        try:
            self._pipe.send(texts)
            if self._pipe.poll(_LONGEST):
                found: Mapping[str, Found] = self._pipe.recv()
                return found
        except (OSError, EOFError):
            pass  # told below
        logger.error("the process that looks for answers is gone; from now on this one looks itself, more slowly")
        self.close()
        return {}

    def close(self) -> None:
        """Ends the process."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


def _answer(engine: Engine, pipe: Connection) -> None:
    """The life of the process; it ends when ours does, however that happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key of the terminal that ours answers
    # What was inherited would outlive us: the other end of the pipe, and the lock of the data.
    os.closerange(_SYSTEM_FILES, pipe.fileno())
    os.closerange(pipe.fileno() + 1, _MOST_FILES)
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send({text: engine.look(text) for text in pipe.recv()})
