"""Stateless questions: one text in, one decision out, with the time it took."""

import datetime
import time

import msgspec

from bot.conversation import State, Utterance
from bot.decision import Decision
from bot.engine import Engine


def ask(engine: Engine, text: str, now: datetime.datetime, channel: str = "web") -> Decision:
    """The decision on a text without any conversation around it; never fails."""
    started = time.perf_counter()
    decision = engine.turn(State(), Utterance(text, channel=channel), now).decision
    return msgspec.structs.replace(decision, elapsed_ms=round((time.perf_counter() - started) * 1000, 3))
