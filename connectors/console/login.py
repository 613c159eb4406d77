"""The routes of the log-in: in, out, who am I, what I prefer, another password."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from msgspec import structs
from pydantic import BaseModel, ConfigDict, StringConstraints

from connectors.console.access import (
    COOKIE,
    CurrentSession,
    People,
    expect_own_origin,
    keep_token,
    public_user,
)
from connectors.people.entering import WrongPasswordError
from connectors.people.model import Session, User
from connectors.people.passwords import SHORTEST, PasswordWeakError
from connectors.storage.attempts import LoginLockedError
from connectors.web.problems import ProblemError
from connectors.workers import BOARD, QUEUE

_Password = Annotated[str, StringConstraints(max_length=1000)]
router = APIRouter(prefix="/api/v1/console")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Credentials(_Strict):
    """Who wants in."""

    name: Annotated[str, StringConstraints(max_length=200)]
    password: _Password


class PasswordChange(_Strict):
    """Another password, and the proof that it is one's own to change."""

    old: _Password
    new: _Password


class PreferencesChange(_Strict):
    """What is to be different; what is left out stays."""

    sound: bool | None = None
    notify: bool | None = None
    title: bool | None = None
    enter_sends: bool | None = None


class SessionChange(_Strict):
    """Whether one is away, and preferences; what is left out stays."""

    away: bool | None = None
    preferences: PreferencesChange | None = None


class SessionOut(BaseModel):
    """Who is logged in, and what their page must send along when it changes something."""

    user: dict[str, Any]
    csrf: str


@router.post("/login")
async def log_in(entered: Credentials, request: Request, response: Response, context: People) -> SessionOut:
    """Opens a session and gives its token as a cookie."""
    expect_own_origin(request)
    enter, address = context.entrance.log_in, _address(request)
    with _refusals(HTTPStatus.UNAUTHORIZED, "login-failed"):
        async with context.hashing:
            token, session = await asyncio.to_thread(enter, entered.name, entered.password, address)
    keep_token(response, request, token)
    context.events.ring(QUEUE, BOARD)
    return _out(session, session.user)


@router.post("/logout", status_code=HTTPStatus.NO_CONTENT)
def log_out(session: CurrentSession, response: Response, context: People) -> None:
    """Ends the session."""
    context.sessions.close(session, context.clock.now())
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    context.events.ring(QUEUE, BOARD)


@router.get("/session")
def session_of(session: CurrentSession) -> SessionOut:
    """Who is logged in."""
    return _out(session, session.user)


@router.patch("/session")
def change_session(change: SessionChange, session: CurrentSession, context: People) -> SessionOut:
    """Notes that one is away or back, and how the page is to behave."""
    user = session.user
    if change.away is not None:
        context.people.set_away(user.id, change.away)
        user = structs.replace(user, is_away=change.away)
    if change.preferences is not None:
        preferences = structs.replace(user.preferences, **change.preferences.model_dump(exclude_none=True))
        context.people.set_preferences(user.id, preferences)
        user = structs.replace(user, preferences=preferences)
    context.events.ring(QUEUE, BOARD)
    return _out(session, user)


@router.post("/password", status_code=HTTPStatus.NO_CONTENT)
async def change_password(change: PasswordChange, request: Request, session: CurrentSession, context: People) -> None:
    """Changes one's password, and ends one's other sessions."""
    renew, address = context.entrance.change_password, _address(request)
    with _refusals(HTTPStatus.FORBIDDEN, "password-wrong"):
        async with context.hashing:
            await asyncio.to_thread(renew, session, change.old, change.new, address)


@contextmanager
def _refusals(status: HTTPStatus, code: str) -> Iterator[None]:
    """Turns what the entrance refuses into problems; `status` and `code` are those of a wrong password."""
    try:
        yield
    except WrongPasswordError as error:
        raise ProblemError(status, code) from error
    except LoginLockedError as error:
        minutes = math.ceil(error.remaining.total_seconds() / 60)
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, "login-locked", minutes=minutes) from error
    except PasswordWeakError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "password-weak", shortest=SHORTEST) from error


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _out(session: Session, user: User) -> SessionOut:
    return SessionOut(user=public_user(user), csrf=session.csrf)
