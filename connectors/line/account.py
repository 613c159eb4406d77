"""What an operator asks LINE about the official account and changes there, through the SDK. Slow to import.

Every failure is one error whose words are for the operator; what the account should look like is known elsewhere.
"""

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    RichMenuRequest,
    TestWebhookEndpointRequest,
)

from connectors.line.inspecting import BotFacts, WebhookFacts, WebhookTrial
from connectors.line.quota import Quota

TIMEOUT_SECONDS = 15.0  # LINE's trial call of our webhook takes some seconds itself
UPLOAD_SECONDS = 60.0
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: "アクセストークンが正しくありません(SODAN_LINE_ACCESS_TOKEN を確かめてください)",
    HTTPStatus.FORBIDDEN: "このアカウントにはこの操作が許されていません",
    HTTPStatus.TOO_MANY_REQUESTS: "呼び出しが多すぎます。しばらく待ってからもう一度試してください",
}


class LineAccountError(Exception):
    """LINE refused, or could not be reached. `status` is 0 where there was no answer."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status

    @property
    def is_refusal(self) -> bool:
        """Whether LINE said no, so that nothing was done."""
        return HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR


class LineAccount:
    """The official account behind an access token."""

    def __init__(self, client: Any) -> None:
        self._api = AsyncMessagingApi(client)
        self._blobs = AsyncMessagingApiBlob(client)

    async def bot(self) -> BotFacts:
        """Who the token belongs to."""
        found = await _answer(self._api.get_bot_info(_request_timeout=TIMEOUT_SECONDS))
        return BotFacts(found.display_name, found.basic_id, found.user_id, found.chat_mode == "chat")

    async def webhook(self) -> WebhookFacts | None:
        """Where LINE delivers events; None where no address is set."""
        try:
            found = await _answer(self._api.get_webhook_endpoint(_request_timeout=TIMEOUT_SECONDS))
        except LineAccountError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return WebhookFacts(found.endpoint, found.active) if found.endpoint else None

    async def try_webhook(self) -> WebhookTrial:
        """Makes LINE call the address that is set."""
        call = self._api.test_webhook_endpoint(TestWebhookEndpointRequest(), _request_timeout=TIMEOUT_SECONDS)
        found = await _answer(call)
        return WebhookTrial(bool(found.success), found.status_code, found.reason, found.detail)

    async def quota(self) -> Quota:
        """What may be pushed this month and what was; LINE calls the latter approximate."""
        limit = await _answer(self._api.get_message_quota(_request_timeout=TIMEOUT_SECONDS))
        used = await _answer(self._api.get_message_quota_consumption(_request_timeout=TIMEOUT_SECONDS))
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage)

    async def menus(self) -> dict[str, str]:
        """The names of the rich menus made through the API, by id."""
        found = await _answer(self._api.get_rich_menu_list(_request_timeout=TIMEOUT_SECONDS))
        return {menu.rich_menu_id: menu.name for menu in found.richmenus}

    async def create_menu(self, menu: dict[str, Any]) -> str:
        """Makes a rich menu, still without a picture; its id."""
        request = RichMenuRequest.from_dict(menu)
        made = await _answer(self._api.create_rich_menu(request, _request_timeout=TIMEOUT_SECONDS))
        return str(made.rich_menu_id)

    async def upload_picture(self, menu_id: str, picture: bytes, media_type: str) -> None:
        """Gives a menu its picture; LINE never lets it be replaced."""
        headers = {"Content-Type": media_type}
        call = self._blobs.set_rich_menu_image(menu_id, body=picture, _headers=headers, _request_timeout=UPLOAD_SECONDS)
        await _answer(call)

    async def make_default(self, menu_id: str) -> None:
        """Shows a menu to everybody."""
        await _answer(self._api.set_default_rich_menu(menu_id, _request_timeout=TIMEOUT_SECONDS))

    async def delete_menu(self, menu_id: str) -> None:
        """Removes a menu; one that is gone already is fine."""
        try:
            await _answer(self._api.delete_rich_menu(menu_id, _request_timeout=TIMEOUT_SECONDS))
        except LineAccountError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise


@asynccontextmanager
async def line_account(access_token: str, api_url: str = "") -> AsyncIterator[LineAccount]:
    """The account, with its connections closed afterwards; `api_url` stands in for LINE where it is given."""
    client = AsyncApiClient(Configuration(access_token=access_token, **({"host": api_url} if api_url else {})))
    try:
        yield LineAccount(client)
    finally:
        await client.close()


async def _answer(call: Awaitable[Any]) -> Any:
    """LINE's answer.

    Raises:
        LineAccountError: There is none, or it is a refusal.
    """
    try:
        return await call
    except ApiException as error:
        status = int(error.status or 0)
        raise LineAccountError(_refusal(status, str(error.body or "")), status) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise LineAccountError(f"LINE につながりません({type(error).__name__}: {error})") from error
    except ValueError as error:  # the SDK's models refuse an answer, or a proxy's page is not UTF-8
        raise LineAccountError(
            "LINE の答えを読み取れません(中継の設定か、line-bot-sdk の版を確かめてください)"
        ) from error


def _refusal(status: int, body: str) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"LINE の側で障害が起きています({status})。しばらく待ってからもう一度試してください"
    said = f"{status} {_message(body)}".strip()
    advice = _ADVICE.get(HTTPStatus(status)) if status in set(HTTPStatus) else ""
    return f"{advice}: {said}" if advice else f"LINE が断りました: {said}"


def _message(body: str) -> str:
    """LINE's words with what they are about; of anything else the beginning."""
    try:
        content = json.loads(body)
        details = [f"{one.get('property')}: {one.get('message')}" for one in content.get("details", [])]
        return " / ".join((str(content["message"]), *details))
    except (ValueError, KeyError, TypeError, AttributeError):
        return " ".join(body[:200].split())
