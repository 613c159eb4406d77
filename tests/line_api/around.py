"""Profiles, the bot itself, groups, content and the webhook address (LINE reference, by endpoint)."""

import datetime
import re
import urllib.error
import urllib.request

from tests.line_api.account import Account
from tests.line_api.http import LineError, Request, Response, answer
from tests.line_api.signing import headers

WEBHOOK_TIMEOUT = 2.0  # seconds; LINE docs, "Check webhook error statistics", request_timeout
_USER_ID = re.compile(r"U[0-9a-f]{32}")


def profile(account: Account, request: Request, request_id: str, user_id: str) -> Response:
    if not _USER_ID.fullmatch(user_id):
        raise LineError(400, "The value for the 'userId' parameter is invalid")
    friend = account.friends.get(user_id)
    if friend is None or friend.blocked:
        raise LineError(404, "Not found")
    return answer({"displayName": friend.name, "userId": user_id, "language": "ja"})


def info(account: Account, request: Request, request_id: str) -> Response:
    read_mode = "auto" if account.chat_mode == "bot" else "manual"
    names = {"userId": account.user_id, "basicId": "@216ruxyz", "displayName": "経営相談"}
    return answer({**names, "chatMode": account.chat_mode, "markAsReadMode": read_mode})


def leave_group(account: Account, request: Request, request_id: str, group_id: str) -> Response:
    if group_id not in account.groups:
        raise LineError(404, "Not found")
    account.groups.discard(group_id)
    return answer()


def leave_room(account: Account, request: Request, request_id: str, room_id: str) -> Response:
    account.groups.discard(room_id)
    return answer()


def content(account: Account, request: Request, request_id: str, message_id: str) -> Response:
    found = account.contents.get(message_id)
    if found is None:
        raise LineError(404, "not found")
    if found.state == "gone":
        raise LineError(410, "The content is gone")
    if found.state == "processing":
        return answer(status=202)
    return Response(200, found.body, found.content_type)


def transcoding(account: Account, request: Request, request_id: str, message_id: str) -> Response:
    found = account.contents.get(message_id)
    if found is None or found.state == "gone":
        raise LineError(404, "not found")
    return answer({"status": "processing" if found.state == "processing" else "succeeded"})


def set_webhook(account: Account, request: Request, request_id: str) -> Response:
    account.webhook_url = _valid(str(request.json().get("endpoint")))
    return answer()


def get_webhook(account: Account, request: Request, request_id: str) -> Response:
    if not account.webhook_url:
        raise LineError(404, "Webhook endpoint not found")
    return answer({"endpoint": account.webhook_url, "active": account.webhook_active})


def webhook_call(account: Account, request: Request, request_id: str) -> Response:
    """Really posts a signed webhook without events, as LINE's verify button does."""
    url = request.json().get("endpoint") or account.webhook_url
    if not url:
        raise LineError(404, "Webhook endpoint not found")
    code, reason, detail = _post_empty(account, _valid(url))
    now = account.clock.now().astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    found = {"success": reason == "OK", "timestamp": now, "statusCode": code, "reason": reason, "detail": detail}
    return answer(found)


def _valid(url: str) -> str:
    """HTTPS, up to 500 characters; plain HTTP is let through on loopback."""
    if len(url) > 500 or not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise LineError(400, "Invalid webhook endpoint URL")
    return url


def _post_empty(account: Account, url: str) -> tuple[int, str, str]:
    body = b'{"destination":"%s","events":[]}' % account.user_id.encode()
    request = urllib.request.Request(url, body, headers(account.channel_secret, body), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT) as response:
            return response.status, "OK", str(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "ERROR_STATUS_CODE", str(error.code)
    except TimeoutError:
        return 0, "REQUEST_TIMEOUT", "Request timeout"
    except urllib.error.URLError as error:
        return 0, "COULD_NOT_CONNECT", str(error.reason)
