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
        self._found: dict[str, Found] = {}
        self._is_looking = False

    def look(self, texts: Sequence[str], next_texts: Sequence[str] = ()) -> Mapping[str, Found]:
        """What was found for each of `texts`; then begins with `next_texts`, which are likely to be asked for next.

        Nothing where the process does not answer, which is never asked again then.
        """
        if self._pipe.closed:
            return {}
        try:
            self._collect()
            self._ask([text for text in texts if text not in self._found])
            self._collect()
            self._found = {text: self._found[text] for text in (*texts, *next_texts) if text in self._found}
            self._ask([text for text in next_texts if text not in self._found])
        except (OSError, EOFError):  # a TimeoutError is one
            logger.exception("the process that looks for answers is gone; now this one looks itself, more slowly")
            self.close()
            return {}
        return {text: self._found[text] for text in texts}

    def _ask(self, texts: Sequence[str]) -> None:
        if texts:
            self._pipe.send(texts)
            self._is_looking = True

    def _collect(self) -> None:
        if not self._is_looking:
            return
        if not self._pipe.poll(_LONGEST):
            raise TimeoutError(f"no answer within {_LONGEST:g} seconds")
        self._found |= self._pipe.recv()
        self._is_looking = False

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
