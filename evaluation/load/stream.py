"""Reads server-sent events as the pages do: with a request of its own, and again where the connection breaks."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from http import HTTPStatus

import aiohttp

_AGAIN_SECONDS = 1.0
_SILENCE = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=40)  # the server sends a sign every 15 s


async def frames(response: aiohttp.ClientResponse) -> AsyncGenerator[tuple[str, bytes]]:
    """The name and the data of each event; comments are not events."""
    pending = b""
    async for chunk in response.content.iter_any():
        *whole, pending = (pending + chunk).split(b"\n\n")
        for frame in whole:
            fields = dict(line.split(b": ", 1) for line in frame.split(b"\n") if not line.startswith(b":"))
            if b"data" in fields:
                yield fields.get(b"event", b"message").decode(), fields[b"data"]


async def listened(
    session: aiohttp.ClientSession, url: Callable[[], str], headers: Mapping[str, str]
) -> AsyncGenerator[tuple[str, bytes]]:
    """The events of `url`, which is asked for whenever a connection begins; never ends by itself."""
    while True:
        try:
            async with session.get(url(), headers=headers, timeout=_SILENCE, allow_redirects=False) as response:
                if response.status != HTTPStatus.OK:
                    raise aiohttp.ClientResponseError(response.request_info, (), status=response.status)
                async for frame in frames(response):
                    yield frame
        except (aiohttp.ClientError, TimeoutError, OSError):
            await asyncio.sleep(_AGAIN_SECONDS)
