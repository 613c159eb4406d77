"""The product as one ASGI application over a runtime: LINE's webhook in front, pages and API behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from connectors.console import chats, desk, login
from connectors.console.access import people_context
from connectors.console.assembly import console_context
from connectors.line.webhook import LineContext, Webhook
from connectors.runtime import Runtime
from connectors.settings import Settings
from connectors.storage.mailing import Addresses
from connectors.storage.presence import Presence
from connectors.storage.visiting import Visiting
from connectors.web import api, health, hours, mailing
from connectors.web.api import WebContext
from connectors.web.limits import BodyLimit
from connectors.web.pages import SafeHeaders, install_pages
from connectors.web.problems import Problems
from connectors.web.signs import Signs
from connectors.workers import BOARD


def create_app(settings: Settings, runtime: Runtime) -> ASGIApp:
    """Everything over `runtime`, which starts and stops with the application."""
    secrets = [secret.get_secret_value() for secret in settings.line_channel_secrets]
    line = LineContext(secrets, runtime.inbox, runtime.clock, runtime.pressure)
    return Webhook(create_api(runtime), line, Problems(runtime.engine.texts).document)


def create_api(parts: Runtime) -> FastAPI:
    """The pages and the API."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await parts.start()
        yield
        await app.state.console.watcher.stop()
        await signs.close()
        await parts.stop()

    signs = Signs(Presence(parts.database), parts.clock, partial(parts.events.ring, BOARD))
    app = FastAPI(title="Sodan", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.web = WebContext(
        engine=parts.engine,
        service=parts.service,
        conversations=parts.conversations,
        events=parts.events,
        clock=parts.clock,
        visiting=Visiting(parts.database, mails=parts.mails),
        signs=signs,
        hours=parts.hours,
        addresses=Addresses(parts.database),
        mails=parts.mails,
    )
    app.state.people = people_context(parts.database, parts.events, parts.clock)
    app.state.console = console_context(parts)
    app.state.database = parts.database
    Problems(parts.engine.texts).install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeaders)
    for router in (api.router, hours.router, mailing.router, login.router, chats.router, desk.router):
        app.include_router(router, responses=api.problem_responses())
    app.include_router(health.router)
    install_pages(app)
    return app
