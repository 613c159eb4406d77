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
_HEADERS = {503: {"Retry-After": "5"}, 401: {"WWW-Authenticate": "Bearer"}}


def install_problems(app: FastAPI, texts: Texts) -> None:
    """Makes `app` answer every error with a problem document, never with a stack trace."""

    def document(status: int, code: str, **values: object) -> JSONResponse:
        body = {
            "type": f"urn:sodan:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": texts.say(f"problem.{code}", **values),
            "code": code,
        }
        return JSONResponse(body, status, _HEADERS.get(status), media_type="application/problem+json")

    @app.exception_handler(ProblemError)
    async def _problem(_request: Request, error: ProblemError) -> JSONResponse:
        return document(error.status, error.code, **error.values)

    @app.exception_handler(TextTooLongError)
    async def _too_long(_request: Request, _error: TextTooLongError) -> JSONResponse:
        return document(422, "text-too-long", limit=LONGEST_TEXT)

    @app.exception_handler(ConversationNotFoundError)
    async def _no_conversation(_request: Request, _error: ConversationNotFoundError) -> JSONResponse:
        return document(404, "conversation-not-found")

    @app.exception_handler(UnknownHandoffError)
    async def _no_handoff(_request: Request, _error: UnknownHandoffError) -> JSONResponse:
        return document(404, "handoff-not-found")

    @app.exception_handler(StorageUnavailableError)
    async def _no_storage(_request: Request, error: StorageUnavailableError) -> JSONResponse:
        logger.error("storage is unavailable: %s", error)
        return document(503, "storage-unavailable")

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return document(400, "malformed-json")
        return document(422, "invalid-request", field=".".join(str(step) for step in first["loc"][1:]) or "body")

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        return document(error.status_code, _CODES.get(error.status_code, "refused"))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
        logger.exception("unexpected error in %s %s", request.method, request.url.path)
        return document(500, "unexpected")
