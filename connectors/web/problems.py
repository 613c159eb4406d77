"""Every error of the HTTP API as an RFC 9457 problem document; `detail` is a sentence for the person who gets it."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.ports import ConversationNotFoundError, StorageUnavailableError
from bot.service import LONGEST_TEXT, TextTooLongError
from bot.texts import Texts
from connectors.storage.cases import UnknownHandoffError

logger = logging.getLogger(__name__)


class ProblemError(Exception):
    """A refusal with its code; the sentence stands in the texts under `problem.CODE`."""

    def __init__(self, status: HTTPStatus, code: str, **values: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = values


_CODES = {
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    429: "rate-limited",
}
_KNOWN = (
    ProblemError,
    TextTooLongError,
    ConversationNotFoundError,
    UnknownHandoffError,
    StorageUnavailableError,
    RequestValidationError,
    HTTPException,
)
_HEADERS = {503: {"Retry-After": "5"}, 401: {"WWW-Authenticate": "Bearer"}}


class Problems:
    """Answers every error with a problem document, never with a stack trace."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def install(self, app: FastAPI) -> None:
        """Makes `app` answer its errors so."""

        async def answer(_request: Request, error: Exception) -> JSONResponse:
            return self.document(error)

        async def unexpected(request: Request, _error: Exception) -> JSONResponse:
            logger.exception("unexpected error in %s %s", request.method, request.url.path)
            return self._document(500, "unexpected")

        for kind in _KNOWN:
            app.add_exception_handler(kind, answer)
        app.add_exception_handler(Exception, unexpected)

    def document(self, error: Exception) -> JSONResponse:
        """The answer to an error."""
        match error:
            case ProblemError():
                return self._document(error.status, error.code, **error.values)
            case TextTooLongError():
                return self._document(422, "text-too-long", limit=LONGEST_TEXT)
            case ConversationNotFoundError():
                return self._document(404, "conversation-not-found")
            case UnknownHandoffError():
                return self._document(404, "handoff-not-found")
            case StorageUnavailableError():
                logger.error("storage is unavailable: %s", error)
                return self._document(503, "storage-unavailable")
            case RequestValidationError():
                return self._invalid(error)
            case HTTPException():
                return self._document(error.status_code, _CODES.get(error.status_code, "refused"))
        return self._document(500, "unexpected")

    def _invalid(self, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return self._document(400, "malformed-json")
        return self._document(422, "invalid-request", field=".".join(str(step) for step in first["loc"][1:]) or "body")

    def _document(self, status: int, code: str, **values: object) -> JSONResponse:
        body = {
            "type": f"urn:sodan:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": self._texts.say(f"problem.{code}", **values),
            "code": code,
        }
        return JSONResponse(body, status, _HEADERS.get(status), media_type="application/problem+json")
