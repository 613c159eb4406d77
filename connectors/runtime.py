"""The composition root: builds every part from the settings, hands them to each other, starts and stops them."""

import asyncio
import gc
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.assembly import build_engine
from bot.engine import Engine
from bot.service import Service
from connectors.clock import SystemClock
from connectors.events import LocalEvents
from connectors.settings import Settings
from connectors.storage.closures import SqlCalendar
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.handoffs import new_receipt
from connectors.storage.migrating import migrate
from connectors.storage.outbox import LineOutbox, SqlOutbox
from connectors.storage.people import SqlPeople
from connectors.sweeping import Sweeper
from connectors.workers import Workers, wake

if TYPE_CHECKING:
    from connectors.line.deliverer import LineDeliverer


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that a process of the product works with; `workers` and `deliverer` only where it answers itself."""

    engine: Engine
    database: Database
    conversations: SqlConversations
    people: SqlPeople
    hours: SqlCalendar
    service: Service
    events: LocalEvents
    clock: SystemClock
    workers: Workers | None
    deliverer: "LineDeliverer | None"

    async def start(self) -> None:
        """Starts the loops; call it inside the event loop that will run them."""
        self.events.attach(asyncio.get_running_loop())
        await self.events.start()
        if self.workers:
            self.workers.start()
        if self.deliverer:
            self.deliverer.start()

    async def stop(self) -> None:
        """Ends what is under way well, then closes everything."""
        self.events.close()
        if self.workers:
            await self.workers.stop()
        if self.deliverer:
            await self.deliverer.stop()
        await self.events.stop()
        self.database.close()


def build_runtime(settings: Settings) -> Runtime:
    """Builds a process's parts and brings the database to the present schema.

    Raises:
        KnowledgeError: The curated data is not fit to be used.
        HoursError: The business hours of the settings cannot be read.
        StorageUnavailableError: The database cannot be reached or migrated.
    """
    week = settings.week  # first: what is wrong with it is told before anything takes time
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    engine = build_engine(settings.data_folder)
    database = Database(settings.storage_url)
    migrate(database)
    line_outbox = LineOutbox(database)
    if database.is_sqlite:
        line_outbox.release()
    clock, events, conversations = SystemClock(), _events(settings), SqlConversations(database)
    hours = SqlCalendar(database, week)
    hours.load().is_open(clock.now())  # reads the holidays here, not in somebody's first turn
    service = Service(engine, conversations, clock, hours, new_receipt)
    people = SqlPeople(database)
    sweeper = Sweeper(database, people, engine, hours, clock, partial(wake, events))
    answers = settings.workers > 0
    # The knowledge lives as long as the process: looking for garbage in it again and again costs a third of the time.
    gc.collect()
    gc.freeze()
    return Runtime(
        engine=engine,
        database=database,
        conversations=conversations,
        people=people,
        hours=hours,
        service=service,
        events=events,
        clock=clock,
        workers=Workers(service, SqlOutbox(database), sweeper, events, clock, count=settings.workers)
        if answers
        else None,
        deliverer=_deliverer(settings, line_outbox, events, clock, engine) if answers else None,
    )


def _events(settings: Settings) -> LocalEvents:
    if not settings.redis_url:
        return LocalEvents()
    from connectors.redis_events import RedisEvents  # noqa: PLC0415 - only where Redis is used

    return RedisEvents(settings.redis_url)


def _deliverer(
    settings: Settings, outbox: LineOutbox, events: LocalEvents, clock: SystemClock, engine: Engine
) -> "LineDeliverer | None":
    """The deliverer, where an access token is configured. The SDK is imported here, at start: it is slow to import."""
    token = settings.line_access_token.get_secret_value()
    if not token:
        return None
    from connectors.line.client import LineClient  # noqa: PLC0415
    from connectors.line.deliverer import LineDeliverer  # noqa: PLC0415

    return LineDeliverer(outbox, lambda: LineClient(token, settings.line_api_url), events, clock, engine.texts)
