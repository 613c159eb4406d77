"""Inbox, worker and outbox together on a real database, with a clock and a LINE that the test rules."""

import contextlib
import dataclasses
import datetime
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.conversation import Utterance
from bot.engine import Engine
from bot.ports import Arrival
from bot.service import Service
from connectors.line.delivering import Answer, Claim, Status, settle
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.handoffs import new_receipt
from connectors.storage.migrating import migrate
from connectors.storage.outbox import LineOutbox
from connectors.storage.schema import outbox
from tests.fakes import FixedClock, OfficeHours

START = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
TOKEN_LIFE = datetime.timedelta(seconds=60)
TOLD = '["told"]'
FAULTS = ["", "down", "rate limited", "answer lost", "killed before the call", "killed after the call"]


class KilledError(Exception):
    """The process ends here."""


class ScriptedLine:
    """Reply tokens that work once within a minute, retry keys, and what arrived of each."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self.issued: dict[str, datetime.datetime] = {}
        self.used: set[str] = set()
        self.arrived: Counter[int] = Counter()
        self.told: set[int] = set()  # whose user knows that the answer may not have arrived

    def call(self, claim: Claim, fault: str) -> Answer:
        if fault in {"down", "rate limited"}:
            return Answer.AMBIGUOUS if fault == "down" else Answer.RATE_LIMITED
        once = claim.reply_token if claim.status is Status.REPLYING else claim.retry_key
        if claim.status is Status.REPLYING:
            expired = self._clock.now() - self.issued[once] > TOKEN_LIFE
            if expired or once in self.used:
                return Answer.INVALID_TOKEN
        if once not in self.used:
            self.used.add(once)
            if claim.payload == TOLD:
                self.told.add(claim.id)
            else:
                self.arrived[claim.id] += 1
        return Answer.AMBIGUOUS if fault == "answer lost" else Answer.ACCEPTED


class Delivering(RuleBasedStateMachine):
    """One run of the product; `delivered` counts over all runs."""

    engine: ClassVar[Engine]
    delivered: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'sodan.db'}")
        migrate(self.database)
        self.clock = FixedClock(START)
        self.conversations = SqlConversations(self.database)
        self.service = Service(self.engine, self.conversations, self.clock, OfficeHours(), new_receipt)
        self.outbox = LineOutbox(self.database)
        self.line = ScriptedLine(self.clock)
        self.events: list[Arrival] = []

    def teardown(self) -> None:
        for _ in range(60):
            self.clock.advance(seconds=400)
            while self.service.process():
                pass
            self.deliver("")
        rows = self.rows()
        assert len(rows) == len(self.events)
        for row in rows:
            assert not row.is_open
            assert self.line.arrived[row.id] == 1 or row.id in self.line.told
        Delivering.delivered += self.line.arrived.total()
        self.database.close()
        self.folder.cleanup()

    def rows(self) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(outbox.select()))

    @rule(user=st.integers(0, 2), has_token=st.booleans())
    def arrives(self, user: int, has_token: bool) -> None:
        number, now = len(self.events), self.clock.now()
        token = f"token-{number}" if has_token else ""
        self.line.issued[token] = now
        event = Utterance("こんにちは", channel="line")
        arrival = Arrival("line", f"U{user}", f"e{number}", event, now, now, "こんにちは", f"m{number}", token)
        self.events.append(arrival)
        assert self.conversations.arrive((arrival,), now) == 1

    @precondition(lambda self: bool(self.events))
    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        again = data.draw(st.sampled_from(self.events))
        assert self.conversations.arrive((again, again), self.clock.now()) == 0

    @rule()
    def is_answered(self) -> None:
        self.service.process()

    @rule()
    def dies_while_answering(self) -> None:
        with contextlib.suppress(KilledError), self.conversations.take(2) as works:
            for work in works:
                work.complete(self.engine.say(work.state, "smalltalk.thanks"), self.clock.now())
            raise KilledError

    @rule(fault=st.sampled_from(FAULTS))
    def deliver(self, fault: str) -> None:
        for claim in self.outbox.claim(self.clock.now(), 10, lambda _parts: "[]"):
            if fault == "killed before the call":
                continue
            answer = self.line.call(claim, fault)
            if fault != "killed after the call":
                settled = settle(claim, answer, self.clock.now())
                settled = dataclasses.replace(settled, payload=TOLD if settled.is_unsure else "")
                self.outbox.settle([settled], self.clock.now())

    @rule(seconds=st.integers(1, 90))
    def time_goes_by(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @invariant()
    def nothing_arrives_twice(self) -> None:
        assert max(self.line.arrived.values(), default=0) <= 1


def test_every_event_is_answered_and_none_twice_whatever_happens(engine: Engine) -> None:
    Delivering.engine = engine

    run_state_machine_as_test(
        Delivering,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

    assert Delivering.delivered > 30
