"""The composition root: builds every part, hands them to each other, and closes them again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from bot.assembly import build_engine
from bot.engine import Engine
from bot.service import Service
from connectors.clock import SystemClock
from connectors.events import LocalEvents
from connectors.settings import Settings
from connectors.storage.conversations import SqlConversations, SqlOutbox
from connectors.storage.database import Database
from connectors.storage.migrating import migrate
from connectors.web import api, health
from connectors.web.api import WebContext
from connectors.web.limits import BodyLimit
from connectors.web.pages import SafeHeaders, install_pages
from connectors.web.problems import install_problems
from connectors.workers import Workers


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
    clock, events, conversations = SystemClock(), LocalEvents(), SqlConversations(database)
    service = Service(engine, conversations, clock)
    workers = Workers(service, SqlOutbox(database), events, clock, settings.workers)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        events.attach(asyncio.get_running_loop())
        workers.start()
        yield
        events.close()
        await workers.stop()
        database.close()

    app = FastAPI(title="Sodan", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.web = WebContext(engine, service, conversations, events, clock)
    app.state.database = database
    install_problems(app, engine.texts)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeaders)
    app.include_router(api.router, responses=api.problem_responses())
    app.include_router(health.router)
    install_pages(app)
    return app
