"""The product as one ASGI application over a runtime."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from connectors.console import chats, desk, login
from connectors.console.access import people_context
from connectors.console.assembly import console_context
from connectors.line import webhook
from connectors.line.webhook import LineContext
from connectors.runtime import Runtime
from connectors.settings import Settings
from connectors.storage.presence import Presence
from connectors.storage.visiting import Visiting
from connectors.web import api, health
from connectors.web.api import WebContext
from connectors.web.limits import BodyLimit
from connectors.web.pages import SafeHeaders, install_pages
from connectors.web.problems import install_problems


def create_app(settings: Settings, runtime: Runtime) -> FastAPI:
    """The routes over `runtime`, which starts and stops with the application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        yield
        await inbox.close()
        await app.state.console.watcher.stop()
        await runtime.stop()

    parts = runtime
    inbox = webhook.batching_inbox(parts.conversations, parts.clock)
    app = FastAPI(title="Sodan", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.web = WebContext(
        engine=parts.engine,
        service=parts.service,
        conversations=parts.conversations,
        events=parts.events,
        clock=parts.clock,
        visiting=Visiting(parts.database),
        presence=Presence(parts.database),
        hours=parts.hours,
    )
    secrets = [secret.get_secret_value() for secret in settings.line_channel_secrets]
    app.state.line = LineContext(secrets, inbox, parts.events, parts.clock)
    app.state.people = people_context(parts.database, parts.events, parts.clock)
    app.state.console = console_context(parts)
    app.state.database = parts.database
    install_problems(app, parts.engine.texts)
    app.add_middleware(BodyLimit, wider={"/line/webhook": webhook.LARGEST_BODY})
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SafeHeaders)
    app.include_router(api.router, responses=api.problem_responses())
    for router in (login.router, chats.router, desk.router):
        app.include_router(router, responses=api.problem_responses())
    app.include_router(health.router)
    app.include_router(webhook.router, include_in_schema=False)
    install_pages(app)
    return app
