"""Just enough HTTP/1.1 to be called by the SDK, with full control over when and whether an answer is written."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

LARGEST_BODY = 2 * 1024 * 1024  # bytes; LINE reference, "Status codes", 413

Details = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or what LINE says where it is none."""
        content_type = self.headers.get("content-type", "")
        if not content_type.startswith("application/json"):
            raise LineError(415, f"The content type, {content_type}, is not supported")
        try:
            return json.loads(self.body)
        except ValueError as error:
            place = f"(line: {getattr(error, 'lineno', 1)}, column: {getattr(error, 'colno', 1)})"
            raise LineError(400, f"The request body could not be parsed as JSON {place}") from error


@dataclass(frozen=True, slots=True)
class Response:
    """An answer."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def wire(self, request_id: str) -> bytes:
        """Headers and body as one piece, so that they leave in one write."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            f"X-Line-Request-Id: {request_id}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join((*lines, "", "")).encode() + self.body


class LineError(Exception):
    """LINE says no."""

    def __init__(self, status: int, message: str, details: Details = (), **more: Any) -> None:
        super().__init__(message)
        self.headers: Mapping[str, str] = more.pop("headers", {})
        self.status = status
        self.content = {"message": message, **({"details": list(details)} if details else {}), **more}

    def response(self) -> Response:
        """As it is answered."""
        return answer(self.content, self.status, self.headers)


def answer(content: Any = None, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON."""
    return Response(status, json.dumps(content or {}).encode(), headers=headers or {})


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None once it is closed. A body that is too large is not kept."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    named = (line.partition(":") for line in lines)
    found = {name.lower(): value.strip() for name, _, value in named}
    body = await reader.readexactly(int(found.get("content-length", "0")))
    return Request(method, unquote(urlsplit(target).path), found, body)
