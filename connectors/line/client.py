"""The calls to LINE, through its SDK: one client per process, numeric time-outs, and what each answer means.

Imported at start and never inside a request: importing the SDK takes more than a second.
"""

import json
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.request import getproxies

import aiohttp
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
)

from connectors.line.delivering import Answer
from connectors.line.quota import Quota

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
POOL_SIZE = 100
LOADING_SECONDS = 20
_CONFLICT, _TOO_MANY = 409, 429


@dataclass(frozen=True, slots=True)
class Result:
    """What LINE answered to a call, and its words for an operator."""

    answer: Answer
    words: str = ""


class LineClient:
    """Sends messages. Build it inside the running event loop, and close it."""

    def __init__(self, access_token: str, api_url: str = "") -> None:
        """`api_url` stands in for LINE in tests and behind proxies; empty for LINE itself."""
        configuration = Configuration(access_token=access_token, **({"host": api_url} if api_url else {}))
        configuration.connection_pool_maxsize = POOL_SIZE
        self._client = AsyncApiClient(configuration)
        self._client.rest_client.pool_manager = _session(self._client.rest_client.pool_manager)
        self.api = AsyncMessagingApi(self._client)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def reply(self, token: str, messages: Sequence[dict[str, Any]]) -> Result:
        """Answers an event by its reply token: free, once, within a minute."""
        return await self._post("/v2/bot/message/reply", {"replyToken": token, "messages": list(messages)})

    async def push(self, to: str, retry_key: str, messages: Sequence[dict[str, Any]]) -> Result:
        """Sends messages to a chat; the same key never sends twice within 24 hours."""
        body = {"to": to, "messages": list(messages)}
        return await self._post("/v2/bot/message/push", body, {"X-Line-Retry-Key": retry_key})

    async def show_loading(self, user: str) -> None:
        """Shows that an answer is on its way; nothing depends on it."""
        await self._post("/v2/bot/chat/loading/start", {"chatId": user, "loadingSeconds": LOADING_SECONDS})

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Result:
        """A call below the SDK's models: they would build what `limits` has already checked, at a third of our time."""
        call = self._client.call_api(
            path,
            "POST",
            {},
            [],
            {"Content-Type": "application/json"} | (headers or {}),
            body=body,
            response_types_map={},
            auth_settings=["Bearer"],
            _request_timeout=TIMEOUT_SECONDS,
        )
        return await _result(call)

    async def quota(self) -> Quota | None:
        """What may be pushed this month and what was; None where LINE does not say."""
        try:
            limit = await self.api.get_message_quota(_request_timeout=TIMEOUT_SECONDS)
            used = await self.api.get_message_quota_consumption(_request_timeout=TIMEOUT_SECONDS)
        except (ApiException, TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            logger.warning("LINE does not say how much was sent this month: %s", error)
            return None
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage or 0)

    async def leave(self, chat: str) -> Result:
        """Leaves a group or room."""
        call = self.api.leave_group_with_http_info if chat.startswith("C") else self.api.leave_room_with_http_info
        return await _result(call(chat, _request_timeout=TIMEOUT_SECONDS))


def _session(made: aiohttp.ClientSession) -> aiohttp.ClientSession:
    """The SDK's session where there is a proxy; else one that does not look for a proxy and a .netrc at every call."""
    if getproxies():
        return made
    connector = made.connector
    made.detach()
    return aiohttp.ClientSession(connector=connector)


async def _result(call: Awaitable[Any]) -> Result:
    """What a call came to. A 2xx that the SDK cannot read was accepted all the same and is never sent again."""
    try:
        await call
    except ApiException as error:
        return _refusal(int(error.status or 0), str(error.body or ""))
    except (TimeoutError, aiohttp.ClientError, OSError, UnicodeDecodeError) as error:
        return Result(Answer.AMBIGUOUS, f"{type(error).__name__}: {error}")
    except ValueError as error:  # the SDK's models refuse the body of a success
        logger.warning("LINE accepted a call with an answer that the SDK cannot read: %s", error)
    return Result(Answer.ACCEPTED)


def _refusal(status: int, body: str) -> Result:
    message = _message(body)
    words = f"{status} {message}"
    if 200 <= status < 300 or status == _CONFLICT:
        return Result(Answer.ACCEPTED, words)
    if status >= 500 or status == 0:
        return Result(Answer.AMBIGUOUS, words)
    if status == _TOO_MANY:
        return Result(Answer.MONTHLY_LIMIT if "monthly limit" in message else Answer.RATE_LIMITED, words)
    if status in {401, 403}:
        return Result(Answer.UNAUTHORIZED, words)
    return Result(Answer.INVALID_TOKEN if "Invalid reply token" in message else Answer.REFUSED, f"{status} {body}")


def _message(body: str) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return body[:200]
    return str(content.get("message", "")) if isinstance(content, dict) else ""
