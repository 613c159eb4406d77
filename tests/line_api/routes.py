"""Which path is whose."""

import re
from collections.abc import Callable

from tests.line_api import around, messaging, richmenus
from tests.line_api.account import Account
from tests.line_api.http import LARGEST_BODY, LineError, Request, Response

_BOT = "/v2/bot"
Handler = Callable[..., Response]

_ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/message/reply", messaging.reply),
    ("POST", "/message/push", messaging.push),
    ("POST", "/message/validate/reply", messaging.validate),
    ("POST", "/message/validate/push", messaging.validate),
    ("GET", "/message/quota", messaging.quota),
    ("GET", "/message/quota/consumption", messaging.consumption),
    ("GET", "/message/{}/content", around.content),
    ("GET", "/message/{}/content/preview", around.content),
    ("GET", "/message/{}/content/transcoding", around.transcoding),
    ("POST", "/chat/loading/start", messaging.loading),
    ("POST", "/chat/markAsRead", messaging.mark_as_read),
    ("GET", "/profile/{}", around.profile),
    ("GET", "/info", around.info),
    ("POST", "/group/{}/leave", around.leave_group),
    ("POST", "/room/{}/leave", around.leave_room),
    ("PUT", "/channel/webhook/endpoint", around.set_webhook),
    ("GET", "/channel/webhook/endpoint", around.get_webhook),
    ("POST", "/channel/webhook/test", around.webhook_call),
    ("POST", "/richmenu", richmenus.create),
    ("POST", "/richmenu/validate", richmenus.validate),
    ("GET", "/richmenu/list", richmenus.listing),
    ("GET", "/richmenu/{}", richmenus.get),
    ("DELETE", "/richmenu/{}", richmenus.delete),
    ("POST", "/richmenu/{}/content", richmenus.set_image),
    ("GET", "/richmenu/{}/content", richmenus.get_image),
    ("POST", "/user/all/richmenu/{}", richmenus.set_default),
    ("GET", "/user/all/richmenu", richmenus.get_default),
    ("DELETE", "/user/all/richmenu", richmenus.clear_default),
]
_TABLE = [
    (method, re.compile(re.escape(_BOT + path).replace(r"\{\}", "([^/]+)")), handler)
    for method, path, handler in _ROUTES
]
# Handlers that wait for others must not keep the account locked.
UNLOCKED: tuple[Handler, ...] = (around.webhook_call,)


def handle(account: Account, request: Request, request_id: str) -> Response:
    """What LINE answers to a request that nothing happens to."""
    try:
        handler, target = _find(account, request)
        if handler in UNLOCKED:
            return handler(account, request, request_id, *target)
        with account.lock:
            return handler(account, request, request_id, *target)
    except LineError as error:
        return error.response()


def waits(request: Request) -> bool:
    """Whether a request is handled by calling somebody else."""
    return request.path == f"{_BOT}/channel/webhook/test"


def _find(account: Account, request: Request) -> tuple[Handler, tuple[str, ...]]:
    if request.headers.get("authorization") != f"Bearer {account.access_token}":
        hint = "Confirm that the access token in the authorization header is valid."
        raise LineError(401, f"Authentication failed. {hint}")
    if len(request.body) > LARGEST_BODY:
        raise LineError(413, "Request exceeds the max size of 2MB")
    found = [(method, match, handler) for method, path, handler in _TABLE if (match := path.fullmatch(request.path))]
    for method, match, handler in found:
        if method == request.method:
            return handler, match.groups()
    raise LineError(405 if found else 404, "Method not allowed" if found else "Not found")
