"""Calls the API as the pages do: what was not acknowledged is said again under the same id until it is."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from evaluation.load.generator import RefusedLoadError
from evaluation.load.stream import listened

_AGAIN_SECONDS = 0.3
_KEPT_SECONDS = 3.0  # less than the 5 s of uvicorn, so that no call meets a connection that is just being closed
_PATIENCE = aiohttp.ClientTimeout(total=30)


class RefusedCallError(Exception):
    """The server understood a call and refused it, or pointed elsewhere: the load follows nobody off this machine."""


class Caller:
    """Calls of any number of people; `failures` counts calls that had to be made again, `refusals` those refused."""

    def __init__(self) -> None:
        self.failures = 0
        self.refusals: list[str] = []

    async def __aenter__(self) -> Self:
        """Opens the connections; cookies are kept by each person."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS)
        jar = aiohttp.DummyCookieJar()
        self._session = aiohttp.ClientSession(connector=connector, timeout=_PATIENCE, cookie_jar=jar)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Closes the connections."""
        await self._session.close()

    def of(self, url: str) -> "Person":
        """Somebody who talks to the server at `url`.

        Raises:
            RefusedLoadError: The address is not on 127.0.0.1.
        """
        if urlsplit(url).hostname != "127.0.0.1":
            raise RefusedLoadError(f"load goes to 127.0.0.1 only, not to {url}")
        return Person(self, self._session, url)


class Person:
    """The calls of one person, with the headers that prove who they are."""

    def __init__(self, caller: Caller, session: aiohttp.ClientSession, url: str) -> None:
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self._caller = caller
        self._session = session
        self._url = url

    async def get(self, path: str) -> bytes:
        """What stands at `path`."""
        return await self._insist("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        """The answer to what is posted; once it is there, the server has it.

        Raises:
            RefusedCallError: The server will not have it, however often it is said.
        """
        return await self._insist("POST", path, body)

    def listen(self, path: str, after: Mapping[str, int]) -> AsyncGenerator[tuple[str, bytes]]:
        """The events of `path`; `after` is read again whenever a connection begins."""

        def url() -> str:
            return f"{self._url}{path}?" + "&".join(f"{name}={value}" for name, value in after.items())

        return listened(self._session, url, self._proof())

    def _proof(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.headers | ({"Cookie": cookie} if cookie else {})

    async def _insist(self, method: str, path: str, body: Mapping[str, Any] | None) -> bytes:
        while True:
            try:
                async with self._session.request(
                    method, f"{self._url}{path}", json=body, headers=self._proof(), allow_redirects=False
                ) as response:
                    answer = await response.read()
                    if response.status < HTTPStatus.MULTIPLE_CHOICES:
                        self.cookies |= {name: morsel.value for name, morsel in response.cookies.items()}
                        return answer
            except (aiohttp.ClientError, TimeoutError, OSError):
                answer = b""  # an answer that broke off says nothing
            else:
                if response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    self._caller.refusals.append(f"{method} {path}: {response.status} {answer.decode()}")
                    raise RefusedCallError(self._caller.refusals[-1])
            self._caller.failures += 1
            await asyncio.sleep(_AGAIN_SECONDS)


def new_id() -> str:
    """An id under which a message is stored once, however often it is sent."""
    return uuid.uuid4().hex
