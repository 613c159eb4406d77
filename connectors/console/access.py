"""Who is asking, and what they may do: the dependencies of all routes that need a log-in."""

import hmac
from asyncio import Semaphore
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from msgspec import to_builtins

from bot.ports import Clock
from connectors.events import LocalEvents
from connectors.people.entering import Entrance
from connectors.people.model import Role, Session, User
from connectors.people.passwords import Passwords
from connectors.storage.database import Database
from connectors.storage.people import SqlPeople
from connectors.storage.sessions import LIFE, SqlSessions, session_key
from connectors.web.problems import ProblemError

COOKIE = "sodan_session"
CSRF_HEADER = "X-CSRF-Token"
_HASHINGS = 2  # at once: each takes 64 MiB and the whole of a core
_SAFE_METHODS = {"GET", "HEAD"}
_OWN_MACHINE = {"127.0.0.1", "localhost"}
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PeopleContext:
    """What everything behind the log-in needs; kept on the application. `hashing` is held while passwords are."""

    people: SqlPeople
    sessions: SqlSessions
    entrance: Entrance
    hashing: Semaphore
    events: LocalEvents
    clock: Clock


def people_context(database: Database, events: LocalEvents, clock: Clock) -> PeopleContext:
    """The parts of the log-in over a database."""
    entrance = Entrance(database, Passwords(), clock)
    return PeopleContext(
        people=SqlPeople(database),
        sessions=SqlSessions(database),
        entrance=entrance,
        hashing=Semaphore(_HASHINGS),
        events=events,
        clock=clock,
    )


async def _context(request: Request) -> PeopleContext:  # async: no thread is needed for it, nor for those below
    context: PeopleContext = request.app.state.people
    return context


People = Annotated[PeopleContext, Depends(_context)]


def current_session(request: Request, context: People) -> Session:
    """The session of whoever asks, which lives on by being used.

    Raises:
        ProblemError: Nobody is logged in, or the request was not made by our page.
    """
    session = _session(request, context)
    if session is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "login-required")
    if request.method not in _SAFE_METHODS:
        expect_own_origin(request)
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise ProblemError(HTTPStatus.FORBIDDEN, "csrf")
    return session


CurrentSession = Annotated[Session, Depends(current_session)]


async def current_user(session: CurrentSession) -> User:
    """Who asks."""
    return session.user


CurrentUser = Annotated[User, Depends(current_user)]


def require(*roles: Role) -> Callable[[User], Awaitable[User]]:
    """A dependency: who asks, if they may act as one of `roles`; everybody else is refused and told nothing."""

    async def allowed(user: CurrentUser) -> User:
        if not any(user.may(role) for role in roles):
            raise ProblemError(HTTPStatus.FORBIDDEN, "forbidden")
        return user

    return allowed


Expert = Annotated[User, Depends(require("expert"))]
Supervisor = Annotated[User, Depends(require("supervisor"))]


def is_still_in(request: Request) -> bool:
    """Whether the session of a long request lives, which counts as a sign of its user. Reads the database."""
    return _session(request, request.app.state.people) is not None


def expect_own_origin(request: Request) -> None:
    """Refuses what a page of somebody else sends.

    Raises:
        ProblemError: The request names another origin than ours.
    """
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own(origin, request.headers.get("Host", "")):
        raise ProblemError(HTTPStatus.FORBIDDEN, "csrf")


def keep_token(response: Response, request: Request, token: str) -> None:
    """Gives the browser the token of its session, where no script and no other site can use it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=request.url.hostname not in _OWN_MACHINE,
        httponly=True,
        samesite="strict",
    )


def public_user(user: User) -> dict[str, Any]:
    """A user as their own page sees them."""
    names = ("id", "name", "display_name", "qualification", "role", "specialities", "capacity", "preferences")
    return {"away": user.is_away, **to_builtins({name: getattr(user, name) for name in names})}


def _session(request: Request, context: PeopleContext) -> Session | None:
    token, now = request.cookies.get(COOKIE, ""), context.clock.now()
    session = context.sessions.find(session_key(token), now) if token else None
    if session is not None:
        context.sessions.touch(session, now)
    return session


def _is_own(origin: str, host: str) -> bool:
    scheme = origin.partition("://")[0]
    try:
        places = {(url.hostname, url.port or _PORTS[scheme]) for url in (urlsplit(origin), urlsplit(f"//{host}"))}
    except (ValueError, KeyError):  # no host, port or scheme of ours
        return False
    return len(places) == 1
