"""Puts the parts of the console together over a runtime."""

from functools import partial

from connectors.console.acting import Acting
from connectors.console.board import Board
from connectors.console.chats import ConsoleContext
from connectors.console.transcript import Transcripts
from connectors.console.watching import BoardWatcher
from connectors.runtime import Runtime
from connectors.storage.audit import SqlAudit
from connectors.storage.cases import SqlCases
from connectors.storage.keeping import Keeping
from connectors.storage.outbox import revive
from connectors.storage.presence import Presence
from connectors.workers import wake


def console_context(runtime: Runtime) -> ConsoleContext:
    """What the routes of the console need."""
    database, people = runtime.database, runtime.people
    keeping, board = Keeping(database), Board(database)
    return ConsoleContext(
        engine=runtime.engine,
        acting=Acting(
            SqlCases(database), keeping, people, runtime.engine, runtime.clock, partial(wake, runtime.events)
        ),
        people=people,
        hours=runtime.hours,
        board=board,
        watcher=BoardWatcher(board, people, runtime.hours, runtime.events, runtime.clock),
        transcripts=Transcripts(database),
        audit=SqlAudit(database),
        keeping=keeping,
        presence=Presence(database),
        redeliver=partial(revive, database),
        events=runtime.events,
        clock=runtime.clock,
    )
