"""The composition root: builds every part, hands them to each other, and closes them again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from bot.assembly import build_engine
from bot.engine import Engine
from bot.service import Service
from bot.texts import Texts
from connectors.clock import SystemClock
from connectors.events import LocalEvents
from connectors.line import webhook
from connectors.line.webhook import LineContext
from connectors.settings import Settings
from connectors.storage.conversations import SqlConversations
from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from connectors.storage.outbox import LineOutbox, SqlOutbox
from connectors.web import api, health
from connectors.web.api import WebContext
from connectors.web.limits import BodyLimit
from connectors.web.pages import SafeHeaders, install_pages
from connectors.web.problems import install_problems
from connectors.workers import Workers

if TYPE_CHECKING:
    from connectors.line.deliverer import LineDeliverer


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """The whole product as one ASGI application.

    Raises:
        KnowledgeError: The curated data is not fit to be used.
        StorageUnavailableError: The database cannot be reached or migrated.
    """
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    engine = engine or build_engine(settings.data_folder)
    database = Database(settings.storage_url)
    migrate(database)
    if database.is_sqlite:
        LineOutbox(database).release()
    clock, events, conversations = SystemClock(), LocalEvents(), SqlConversations(database)
    service = Service(engine, conversations, clock)
    workers = Workers(service, SqlOutbox(database), events, clock, settings.workers)

    deliverer = _line_deliverer(settings, LineOutbox(database), events, clock, engine.texts)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        events.attach(asyncio.get_running_loop())
        workers.start()
        if deliverer:
            deliverer.start()
        yield
        events.close()
        await workers.stop()
        if deliverer:
            await deliverer.stop()
        database.close()

    app = FastAPI(title="Sodan", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.web = WebContext(engine, service, conversations, events, clock)
    secrets = [secret.get_secret_value() for secret in settings.line_channel_secrets]
    app.state.line = LineContext(secrets, conversations, events, clock)
    app.state.database = database
    install_problems(app, engine.texts)
    app.add_middleware(BodyLimit, wider={"/line/webhook": webhook.LARGEST_BODY})
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeaders)
    app.include_router(api.router, responses=api.problem_responses())
    app.include_router(health.router)
    app.include_router(webhook.router, include_in_schema=False)
    install_pages(app)
    return app


def _line_deliverer(
    settings: Settings, outbox: LineOutbox, events: LocalEvents, clock: SystemClock, texts: Texts
) -> "LineDeliverer | None":
    """The deliverer, where an access token is configured. The SDK is imported here, at start: it is slow to import."""
    token = settings.line_access_token.get_secret_value()
    if not token:
        return None
    from connectors.line.client import LineClient  # noqa: PLC0415
    from connectors.line.deliverer import LineDeliverer  # noqa: PLC0415

    return LineDeliverer(outbox, lambda: LineClient(token, settings.line_api_url), events, clock, texts)
