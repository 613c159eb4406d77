"""Reply, push, loading animation, read marks and the quota (LINE reference, "Message")."""

import re
from typing import Any

from tests.line_api.account import RETRY_KEY_LIFETIME, Accepted, Account, Delivery
from tests.line_api.checks import refuse_bad
from tests.line_api.http import LineError, Request, Response, answer

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RETRY_KEY = "x-line-retry-key"


def reply(account: Account, request: Request, request_id: str) -> Response:
    """Own rule: messages are judged before the token, so a refused request leaves the token usable."""
    body = _object(request)
    if _RETRY_KEY in request.headers:
        raise LineError(400, "The retry key is not supported by this API")  # own wording
    refuse_bad(body.get("messages"))
    token = account.use_token(str(body.get("replyToken")))
    delivery = _delivery(account, token.chat, body, request_id)
    sent = account.deliver(Delivery(**delivery, via="reply", event_id=token.event_id))
    return answer({"sentMessages": sent})


def push(account: Account, request: Request, request_id: str) -> Response:
    """A repeated retry key is answered before anything else is looked at."""
    key = request.headers.get(_RETRY_KEY, "")
    if key and not _UUID.fullmatch(key):
        raise LineError(400, "The retry key is invalid")  # own wording
    _refuse_repeated(account, key, request)
    body = _object(request)
    refuse_bad(body.get("messages"))
    to = body.get("to")
    if not isinstance(to, str) or not account.knows(to):
        raise LineError(400, "Failed to send messages")
    account.count_push(to)
    sent = account.deliver(Delivery(**_delivery(account, to, body, request_id), via="push", retry_key=key))
    if key:
        account.accepted[key] = Accepted(account.clock.now(), request_id, sent, request.body)
    return answer({"sentMessages": sent})


def _refuse_repeated(account: Account, key: str, request: Request) -> None:
    known = account.accepted.get(key)
    if known is None or account.clock.now() - known.at >= RETRY_KEY_LIFETIME:
        return
    if known.body != request.body:
        account.complaints.append(f"retry key {key} came again with another body")
    headers = {"X-Line-Accepted-Request-Id": known.request_id}
    raise LineError(409, "The retry key is already accepted", sentMessages=known.sent, headers=headers)


def _delivery(account: Account, to: str, body: dict[str, Any], request_id: str) -> dict[str, Any]:
    messages = tuple(body["messages"])
    marker = account.marker(messages)
    return {"to": to, "messages": messages, "at": account.clock.now(), "request_id": request_id, "marker": marker}


def validate(account: Account, request: Request, request_id: str) -> Response:
    refuse_bad(_object(request).get("messages"))
    return answer()


def loading(account: Account, request: Request, request_id: str) -> Response:
    body = _object(request)
    chat, seconds = str(body.get("chatId", "")), body.get("loadingSeconds", 20)
    problems = []
    if not 5 <= seconds <= 60:
        problems.append({"message": "Must be between 5 and 60", "property": "loadingSeconds"})
    if seconds % 5:
        problems.append({"message": "must be a multiple of five", "property": "loadingSeconds"})
    if not chat.startswith("U"):
        words = "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids."
        problems.append({"message": words, "property": "chatId"})
    if problems:
        raise LineError(400, f"The request body has {len(problems)} error(s)", problems)
    account.loading.append((chat, seconds))
    return answer(status=202)


def mark_as_read(account: Account, request: Request, request_id: str) -> Response:
    """Own rule: our tokens begin with "read-" (tests/line_api/events.py)."""
    token = str(_object(request).get("markAsReadToken"))
    if not token.startswith("read-"):
        rule = "Tokens must be used by the bot that received them via Webhook."
        raise LineError(400, f"Invalid markAsReadToken. {rule}")
    account.read.append(token)
    return answer()


def quota(account: Account, request: Request, request_id: str) -> Response:
    return answer({"type": "none"} if account.quota is None else {"type": "limited", "value": account.quota})


def consumption(account: Account, request: Request, request_id: str) -> Response:
    return answer({"totalUsage": account.used_this_month()})


def _object(request: Request) -> dict[str, Any]:
    body = request.json()
    if not isinstance(body, dict):
        raise LineError(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
    return body
