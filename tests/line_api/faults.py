"""What can go wrong at LINE's side, as values; scripted per path, one for each request in turn."""

import itertools
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from tests.line_api.http import LineError, Response

MESSAGES = {
    400: "The request body has 1 error(s)",
    401: "Authentication failed. Confirm that the access token in the authorization header is valid.",
    403: "Access to this API is not available for your account",
    404: "Not found",
    410: "The content is gone",
    413: "Request exceeds the max size of 2MB",  # own wording
    415: "The content type, text/plain, is not supported",
    429: "The API rate limit has been exceeded. Try again later.",
    500: "The server encountered an internal error",  # own wording, as all 5xx
    502: "Bad gateway",
    503: "Service unavailable",
}
MONTHLY_LIMIT = "You have reached your monthly limit."


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail. `accept`: LINE does what was asked before it fails; `delay`: seconds before anything is sent;
    `response`: sent instead of the true answer; `end`: what becomes of the connection.
    """

    accept: bool = False
    delay: float = 0.0
    response: Response | None = None
    end: Literal["answer", "hang", "drop"] = "answer"

    def after(self, seconds: float) -> "Fault":
        """The same, later."""
        return replace(self, delay=seconds)


def status(code: int, message: str = "", *, accept: bool = False) -> Fault:
    """An error in LINE's JSON; with `accept` it is a lie, as after a broken proxy."""
    return Fault(accept, response=LineError(code, message or MESSAGES[code]).response())


def rate_limited() -> Fault:
    """429 of the passing kind."""
    return status(429)


def monthly_limit() -> Fault:
    """429 of the lasting kind."""
    return status(429, MONTHLY_LIMIT)


def hang(*, accept: bool = False) -> Fault:
    """Takes the request and never answers."""
    return Fault(accept, end="hang")


def drop(*, accept: bool = False) -> Fault:
    """Resets the connection, before or after doing what was asked."""
    return Fault(accept, end="drop")


def latency(seconds: float) -> Fault:
    """The true answer, late."""
    return Fault(accept=True, delay=seconds)


def html(code: int = 502) -> Fault:
    """The page of a proxy."""
    body = f"<html><body><h1>{code} Bad Gateway</h1></body></html>".encode()
    return Fault(response=Response(code, body, "text/html; charset=utf-8"))


def shift_jis(code: int = 503) -> Fault:
    """A page that is not UTF-8 and does not say so."""
    return Fault(response=Response(code, "<html>ただいま混み合っています</html>".encode("shift_jis"), "text/html"))


def garbled() -> Fault:
    """Accepted, and then a 200 whose body is not what it should be."""
    return Fault(accept=True, response=Response(200, b'{"sentMessages": "'))


class Faults:
    """Scripts by path; `*` in a path stands for anything."""

    def __init__(self) -> None:
        self._scripts: dict[str, Iterator[Fault | None]] = {}
        self._lock = threading.Lock()

    def script(self, path: str, faults: Iterable[Fault | None]) -> None:
        """The next requests to `path` meet these in turn (None: nothing), and after the last one nothing."""
        with self._lock:
            self._scripts[path] = iter(faults)

    def always(self, path: str, fault: Fault | None) -> None:
        """Every request to `path` meets this until another script is given."""
        self.script(path, itertools.repeat(fault))

    def next(self, path: str) -> Fault | None:
        """What the request that just came to `path` meets."""
        with self._lock:
            script = next((script for known, script in self._scripts.items() if fnmatchcase(path, known)), None)
            return next(script, None) if script else None
