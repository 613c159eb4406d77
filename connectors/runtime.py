"""The composition root: builds every part from the settings, hands them to each other, starts and stops them."""

import asyncio
import gc
import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.assembly import build_engine
from bot.engine import Engine
from bot.ports import Arrival
from bot.service import Service, nothing_found
from connectors.batching import Batcher, batching_inbox
from connectors.clock import SystemClock
from connectors.events import LocalEvents
from connectors.lookout import Lookout
from connectors.pressure import Pressure
from connectors.settings import Settings
from connectors.storage.closures import SqlCalendar
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.handoffs import new_receipt
from connectors.storage.mailing import MailOutbox
from connectors.storage.migrating import migrate
from connectors.storage.outbox import LineOutbox, SqlOutbox
from connectors.storage.people import SqlPeople
from connectors.sweeping import Sweeper
from connectors.workers import INBOX, Workers, wake

if TYPE_CHECKING:
    from connectors.line.deliverer import LineDeliverer
    from connectors.mail.deliverer import MailDeliverer
    from connectors.mail.server import MailServer


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
    inbox: Batcher[tuple[Arrival, ...]]
    pressure: Pressure
    workers: Workers | None
    lookout: Lookout | None
    deliverer: "LineDeliverer | None"
    mailer: "MailDeliverer | None"
    mails: bool  # whether visitors may have answers mailed, by this process or another

    async def start(self) -> None:
        """Starts the loops; call it inside the event loop that will run them."""
        _keep_for_good()
        self.events.attach(asyncio.get_running_loop())
        await self.events.start()
        if self.workers:
            self.workers.start()
        for deliverer in (self.deliverer, self.mailer):
            if deliverer:
                deliverer.start()

    async def stop(self) -> None:
        """Ends what is under way well, then closes everything."""
        self.events.close()
        await self.inbox.close()
        if self.workers:
            await self.workers.stop()
        for deliverer in (self.deliverer, self.mailer):
            if deliverer:
                await deliverer.stop()
        await self.events.stop()
        if self.lookout:
            self.lookout.close()
        self.database.close()


def build_runtime(settings: Settings) -> Runtime:
    """Builds a process's parts and brings the database to the present schema.

    Raises:
        KnowledgeError: The curated data is not fit to be used.
        HoursError: The business hours of the settings cannot be read.
        MailSettingsError: The settings of e-mail cannot be read.
        StorageUnavailableError: The database cannot be reached or migrated.
    """
    week, mail = settings.week, settings.mail_server  # first: what is wrong is told before anything takes time
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    engine = build_engine(settings.data_folder)
    lookout = _lookout(settings, engine)
    database = Database(settings.storage_url)
    migrate(database)
    line_outbox = LineOutbox(database)
    if database.is_sqlite:
        line_outbox.release()
    clock, events, conversations = SystemClock(), _events(settings), SqlConversations(database)
    hours = SqlCalendar(database, week)
    hours.load().is_open(clock.now())  # reads the holidays here, not in somebody's first turn
    service = Service(engine, conversations, clock, hours, new_receipt, look=lookout.look if lookout else nothing_found)
    people = SqlPeople(database)
    sweeper = Sweeper(database, people, engine, hours, clock, partial(wake, events))
    answers, pressure = settings.workers > 0, Pressure()
    count = 1 if database.is_sqlite else settings.workers  # with one writer at a time, more only get in its way
    pages = SqlOutbox(database) if mail else SqlOutbox(database, "email")
    workers = Workers(service, pages, sweeper, events, clock, pressure=pressure, count=count) if answers else None
    mailing = mail if answers else None
    mailer = _mailer(mailing, settings, database, events=events, clock=clock, engine=engine) if mailing else None
    return Runtime(
        engine=engine,
        database=database,
        conversations=conversations,
        people=people,
        hours=hours,
        service=service,
        events=events,
        clock=clock,
        inbox=batching_inbox(conversations, clock, partial(events.ring, INBOX)),
        pressure=pressure,
        workers=workers,
        lookout=lookout,
        deliverer=_deliverer(settings, line_outbox, events, clock, engine, pressure=pressure) if answers else None,
        mailer=mailer,
        mails=mail is not None,
    )


def _lookout(settings: Settings, engine: Engine) -> Lookout | None:
    """A second process, where there is a core for it and all answers are ours to give (SQLite)."""
    _keep_for_good()
    return Lookout(engine) if settings.storage_url.startswith("sqlite") and (os.cpu_count() or 1) > 1 else None


def _keep_for_good() -> None:
    """What is there now lives as long as the process: looking for garbage in it again and again costs much time."""
    gc.collect()
    gc.freeze()


def _events(settings: Settings) -> LocalEvents:
    if not settings.redis_url:
        return LocalEvents()
    from connectors.redis_events import RedisEvents  # noqa: PLC0415 - only where Redis is used

    return RedisEvents(settings.redis_url)


def _mailer(
    server: "MailServer",
    settings: Settings,
    database: Database,
    *,
    events: LocalEvents,
    clock: SystemClock,
    engine: Engine,
) -> "MailDeliverer":
    from connectors.mail.deliverer import MailDeliverer  # noqa: PLC0415 - only where mail is used
    from connectors.mail.post import Post  # noqa: PLC0415

    return MailDeliverer(
        MailOutbox(database),
        Post(server),
        server.sender,
        events=events,
        clock=clock,
        texts=engine.texts,
        page_url=settings.page_url,
    )


def _deliverer(
    settings: Settings,
    outbox: LineOutbox,
    events: LocalEvents,
    clock: SystemClock,
    engine: Engine,
    *,
    pressure: Pressure,
) -> "LineDeliverer | None":
    """The deliverer, where an access token is configured. The SDK is imported here, at start: it is slow to import."""
    token = settings.line_access_token.get_secret_value()
    if not token:
        return None
    from connectors.line.client import LineClient  # noqa: PLC0415
    from connectors.line.deliverer import LineDeliverer  # noqa: PLC0415

    return LineDeliverer(
        outbox, lambda: LineClient(token, settings.line_api_url), events, clock, engine.texts, pressure=pressure
    )
