"""The fake LINE API behaves as LINE documents, as seen through the real SDK."""

import asyncio
import base64
import datetime
import io
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import aiohttp
import pytest
from linebot.v3 import messaging
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    ErrorResponse,
    MarkMessagesAsReadByTokenRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
    ShowLoadingAnimationRequest,
    ValidateMessageRequest,
)
from linebot.v3.webhook import SignatureValidator, WebhookParser

from tests.fakes import FixedClock
from tests.line_api import FakeLine, events, faults, headers, sign

REPLY, PUSH = "/v2/bot/message/reply", "/v2/bot/message/push"
OWNER = events.user_id(1)
SOON = 5.0  # seconds a call may take
HANGS = 0.2  # seconds until we give up on one that never answers


@pytest.fixture
def line(clock: FixedClock) -> Iterator[FakeLine]:
    with FakeLine(clock=clock) as fake:
        fake.account.meet(OWNER)
        yield fake


@asynccontextmanager
async def client(line: FakeLine, token: str = "T") -> AsyncIterator[AsyncApiClient]:
    made = AsyncApiClient(Configuration(host=line.url, access_token=token))
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def api(line: FakeLine, token: str = "T") -> AsyncIterator[AsyncMessagingApi]:
    async with client(line, token) as made:
        yield AsyncMessagingApi(made)


def messages(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text} for text in texts]


async def reply(line: FakeLine, token: str, *texts: str, patience: float = SOON) -> Any:
    request = ReplyMessageRequest.from_dict({"replyToken": token, "messages": messages(*texts)})
    async with api(line) as made:
        return await made.reply_message(request, _request_timeout=patience)


async def push(line: FakeLine, *texts: str, key: str | None = None, to: str = OWNER, patience: float = SOON) -> Any:
    request = PushMessageRequest.from_dict({"to": to, "messages": messages(*texts)})
    async with api(line) as made:
        return await made.push_message_with_http_info(request, x_line_retry_key=key, _request_timeout=patience)


def refusal(call: Any) -> tuple[int, str]:
    with pytest.raises(ApiException) as caught:
        asyncio.run(call)
    return caught.value.status, json.loads(caught.value.body)["message"]


# Signing


def test_the_official_signature_vector() -> None:
    secret = "8c570fa6dd201bb328f1c1eac23a96d8"
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'

    assert sign(secret, body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
    assert SignatureValidator(secret).validate(body.decode(), headers(secret, body)["X-Line-Signature"])


# Reply tokens


def test_a_reply_arrives_once_with_its_marker_and_event(line: FakeLine) -> None:
    event = line.issue(events.text(OWNER, "質問"))

    sent = asyncio.run(reply(line, event["replyToken"], "答え", "続き")).sent_messages

    (delivery,) = line.delivered(OWNER)
    assert (delivery.marker, delivery.via, delivery.event_id) == ("答え", "reply", event["webhookEventId"])
    assert [message["text"] for message in delivery.messages] == ["答え", "続き"]
    assert len(sent) == 2
    assert sent[0].quote_token
    assert line.account.used_this_month() == 0


def test_a_reply_token_works_once(line: FakeLine) -> None:
    token = line.account.issue_token(OWNER)
    asyncio.run(reply(line, token, "一度目"))

    assert refusal(reply(line, token, "二度目")) == (400, "Invalid reply token")
    assert line.account.markers() == {"一度目": 1}


@pytest.mark.parametrize("token", ["0" * 32, ""])
def test_an_unknown_reply_token_is_refused(line: FakeLine, token: str) -> None:
    assert refusal(reply(line, token, "答え")) == (400, "Invalid reply token")


@pytest.mark.parametrize(("seconds", "works"), [(60, True), (61, False)])
def test_a_reply_token_lives_a_minute(line: FakeLine, clock: FixedClock, seconds: int, works: bool) -> None:
    token = line.account.issue_token(OWNER)
    clock.advance(seconds=seconds)

    if works:
        asyncio.run(reply(line, token, "答え"))
    else:
        assert refusal(reply(line, token, "答え"))[1] == "Invalid reply token"


@pytest.mark.parametrize(("minutes", "works"), [(19, True), (21, False)])
def test_a_redelivered_token_works_anew_within_20_minutes(
    line: FakeLine, clock: FixedClock, minutes: int, works: bool
) -> None:
    event = line.issue(events.text(OWNER, "質問"))
    clock.advance(minutes=minutes)

    again = line.redeliver(event)

    assert again["deliveryContext"] == {"isRedelivery": True}
    assert again["webhookEventId"] == event["webhookEventId"]
    if works:
        asyncio.run(reply(line, again["replyToken"], "答え"))
    else:
        assert refusal(reply(line, again["replyToken"], "答え"))[1] == "Invalid reply token"


def test_a_used_token_is_not_revived_by_redelivery(line: FakeLine) -> None:
    event = line.issue(events.text(OWNER, "質問"))
    asyncio.run(reply(line, event["replyToken"], "答え"))

    assert refusal(reply(line, line.redeliver(event)["replyToken"], "答え"))[1] == "Invalid reply token"


# Push


def test_a_repeated_retry_key_is_answered_409_with_what_was_sent(line: FakeLine, clock: FixedClock) -> None:
    key = str(uuid.uuid4())
    first = asyncio.run(push(line, "答え", key=key))
    clock.advance(hours=23)

    with pytest.raises(ApiException) as caught:
        asyncio.run(push(line, "答え", key=key))

    error = caught.value
    assert error.status == 409
    assert error.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert ErrorResponse.from_json(error.body).sent_messages[0].id == first.data.sent_messages[0].id
    assert line.account.markers() == {"答え": 1}


def test_a_retry_key_is_forgotten_after_24_hours(line: FakeLine, clock: FixedClock) -> None:
    key = str(uuid.uuid4())
    asyncio.run(push(line, "答え", key=key))
    clock.advance(hours=24)

    asyncio.run(push(line, "答え", key=key))

    assert line.account.markers() == {"答え": 2}


def test_a_retry_key_with_another_body_is_noted(line: FakeLine) -> None:
    key = str(uuid.uuid4())
    asyncio.run(push(line, "答え", key=key))

    assert refusal(push(line, "別の答え", key=key))[0] == 409
    assert len(line.account.complaints) == 1


def test_a_retry_key_must_be_a_uuid_and_is_not_for_replies(line: FakeLine) -> None:
    assert refusal(push(line, "答え", key="again"))[0] == 400
    request = ReplyMessageRequest.from_dict({"replyToken": "t", "messages": messages("答え")})

    async def with_key() -> None:
        async with client(line) as made:
            made.set_default_header("X-Line-Retry-Key", str(uuid.uuid4()))
            await AsyncMessagingApi(made).reply_message(request, _request_timeout=SOON)

    assert refusal(with_key()) == (400, "The retry key is not supported by this API")


def test_the_monthly_quota_counts_pushes_and_starts_anew_in_japan(line: FakeLine, clock: FixedClock) -> None:
    line.account.quota = 1
    asyncio.run(push(line, "一つ目", "吹き出しは数えない"))

    assert refusal(push(line, "二つ目")) == (429, faults.MONTHLY_LIMIT)
    assert asyncio.run(usage(line)) == ("limited", 1, 1)
    clock.moment = datetime.datetime(2026, 11, 30, 15, 0, tzinfo=datetime.UTC)  # midnight in Tokyo
    asyncio.run(push(line, "来月"))
    assert asyncio.run(usage(line)) == ("limited", 1, 1)


async def usage(line: FakeLine) -> tuple[str, int | None, int]:
    async with api(line) as made:
        quota = await made.get_message_quota(_request_timeout=SOON)
        consumption = await made.get_message_quota_consumption(_request_timeout=SOON)
    return quota.type.value, quota.value, consumption.total_usage


def test_a_push_to_who_blocked_us_looks_like_success(line: FakeLine) -> None:
    line.account.block(OWNER)

    assert asyncio.run(push(line, "答え")).status_code == 200
    assert line.delivered(OWNER) == ()
    assert line.account.used_this_month() == 0


def test_a_push_to_a_stranger_fails(line: FakeLine) -> None:
    assert refusal(push(line, "答え", to=events.user_id(99))) == (400, "Failed to send messages")


# What LINE refuses


@pytest.mark.parametrize(
    ("message", "problem", "place"),
    [
        ({"type": "text", "text": ""}, "May not be empty", "messages[0].text"),
        ({"type": "text", "text": "😀" * 2501}, "Length must be between 0 and 5000", "messages[0].text"),
        ({"type": "hologram"}, "Must be one of the following values: [text, sticker, image,", "messages[0].type"),
        ({"type": "flex", "altText": "あ", "contents": {"type": "bubble"}}, "At least one block must be", "/"),
        (
            {
                "type": "flex",
                "altText": "あ",
                "contents": {"type": "bubble", "body": {"type": "box", "contents": [{"type": "text", "text": ""}]}},
            },
            "must be non-empty text",
            "/body/contents/0/text",
        ),
        (
            {
                "type": "text",
                "text": "あ",
                "quickReply": {
                    "items": [{"action": {"type": "postback", "label": "あ" * 21, "data": "d"}, "type": "action"}]
                },
            },
            "Length must be between 1 and 20",
            "messages[0].quickReply.items[0].action.label",
        ),
    ],
)
def test_bad_messages_are_refused_with_details(line: FakeLine, message: Any, problem: str, place: str) -> None:
    """Posted as plain JSON: the SDK would mend or drop some of it."""
    token = line.account.issue_token(OWNER)
    status, body = asyncio.run(post(line, REPLY, {"replyToken": token, "messages": [message]}))

    assert status == 400
    assert body["details"][0]["message"].startswith(problem)
    assert body["details"][0]["property"] == place
    assert line.delivered(OWNER) == ()


async def post(line: FakeLine, path: str, content: Any, **more: str) -> tuple[int, Any]:
    sent = {"Authorization": "Bearer T", "Content-Type": "application/json", **more}
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(line.url + path, data=io.BytesIO(body), headers=sent) as response,
    ):
        return response.status, await response.json()


def test_requests_that_are_wrong_as_a_whole(line: FakeLine) -> None:
    assert asyncio.run(post(line, REPLY, b"{")) == (
        400,
        {"message": "The request body could not be parsed as JSON (line: 1, column: 2)"},
    )
    assert asyncio.run(post(line, REPLY, b"x" * (2 * 1024 * 1024 + 1)))[0] == 413
    assert asyncio.run(post(line, REPLY, {}, **{"Content-Type": "text/plain"}))[0] == 415
    assert asyncio.run(post(line, "/v2/bot/nothing", {}))[0] == 404
    assert asyncio.run(post(line, "/v2/bot/info", {}))[0] == 405
    assert asyncio.run(post(line, PUSH, {"to": OWNER, "messages": []}))[1]["details"] == [
        {"message": "Size must be between 1 and 5", "property": "messages"}
    ]


def test_a_wrong_access_token_is_refused(line: FakeLine) -> None:
    async def ask() -> None:
        async with api(line, token="stolen") as made:
            await made.get_bot_info(_request_timeout=SOON)

    assert refusal(ask())[0] == 401


# Faults


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 429, 500, 503])
def test_scripted_errors_come_in_turn_and_then_end(line: FakeLine, code: int) -> None:
    line.script(PUSH, faults.status(code), None, faults.status(code))

    assert refusal(push(line, "一"))[0] == code
    asyncio.run(push(line, "二"))
    assert refusal(push(line, "三"))[0] == code
    asyncio.run(push(line, "四"))
    assert line.account.markers() == {"二": 1, "四": 1}


def test_both_kinds_of_429(line: FakeLine) -> None:
    line.script("/v2/bot/message/*", faults.rate_limited(), faults.monthly_limit())

    assert refusal(push(line, "答え")) == (429, "The API rate limit has been exceeded. Try again later.")
    assert refusal(push(line, "答え")) == (429, "You have reached your monthly limit.")


@pytest.mark.parametrize(
    ("fault", "arrived", "error"),
    [
        (faults.hang(), 0, asyncio.TimeoutError),
        (faults.hang(accept=True), 1, asyncio.TimeoutError),
        (faults.drop(), 0, aiohttp.ClientError),
        (faults.drop(accept=True), 1, aiohttp.ClientError),
        (faults.latency(5), 0, asyncio.TimeoutError),
        (faults.html(), 0, ApiException),
        (faults.shift_jis(), 0, UnicodeDecodeError),
        (faults.garbled(), 1, Exception),
        (faults.status(500, accept=True), 1, ApiException),
    ],
)
def test_ways_to_fail(line: FakeLine, fault: faults.Fault, arrived: int, error: type[Exception]) -> None:
    line.script(REPLY, fault)
    token = line.account.issue_token(OWNER)

    with pytest.raises(error):
        asyncio.run(reply(line, token, "答え", patience=HANGS))

    assert len(line.delivered(OWNER)) == arrived


def test_a_late_answer_is_the_true_one(line: FakeLine) -> None:
    line.script(PUSH, faults.latency(0.05))

    assert asyncio.run(push(line, "答え")).status_code == 200


def test_a_push_that_hung_after_it_was_accepted_is_409_when_retried(line: FakeLine) -> None:
    key = str(uuid.uuid4())
    line.script(PUSH, faults.hang(accept=True))

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(push(line, "答え", key=key, patience=HANGS))

    assert refusal(push(line, "答え", key=key))[0] == 409
    assert line.account.markers() == {"答え": 1}


def test_line_is_down_and_comes_back_at_the_same_address(line: FakeLine) -> None:
    line.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        asyncio.run(push(line, "答え"))

    line.start()

    assert asyncio.run(push(line, "答え")).status_code == 200


def test_many_at_once_are_all_counted(line: FakeLine) -> None:
    async def all_of_them() -> None:
        async with api(line) as made:
            request = PushMessageRequest.from_dict({"to": OWNER, "messages": messages("答え")})
            keys = [str(uuid.uuid4()) for _ in range(100)]
            await asyncio.gather(*(made.push_message(request, key, _request_timeout=SOON) for key in keys))

    asyncio.run(all_of_them())

    assert line.account.markers(OWNER) == {"答え": 100}
    assert {request.headers["user-agent"] for request in line.sent_to(PUSH)} == {"line-bot-sdk-python/3.27.0"}


# Around messages


def test_loading_animation(line: FakeLine) -> None:
    async def show(chat: str, seconds: int) -> Any:
        request = ShowLoadingAnimationRequest(chatId=chat, loadingSeconds=seconds)
        async with api(line) as made:
            return await made.show_loading_animation_with_http_info(request, _request_timeout=SOON)

    assert asyncio.run(show(OWNER, 20)).status_code == 202
    assert line.account.loading == [(OWNER, 20)]
    assert refusal(show("C" + "0" * 32, 20)) == (400, "The request body has 1 error(s)")


def test_loading_seconds_are_refused_in_lines_words(line: FakeLine) -> None:
    content = {"chatId": OWNER, "loadingSeconds": 3}

    assert asyncio.run(post(line, "/v2/bot/chat/loading/start", content))[1]["details"] == [
        {"message": "Must be between 5 and 60", "property": "loadingSeconds"},
        {"message": "must be a multiple of five", "property": "loadingSeconds"},
    ]


def test_read_marks_profile_and_bot_info(line: FakeLine) -> None:
    event = events.text(OWNER, "質問")

    async def ask() -> tuple[Any, Any]:
        async with api(line) as made:
            token = event["message"]["markAsReadToken"]
            await made.mark_messages_as_read_by_token(
                MarkMessagesAsReadByTokenRequest(markAsReadToken=token), _request_timeout=SOON
            )
            return (
                await made.get_profile(OWNER, _request_timeout=SOON),
                await made.get_bot_info(_request_timeout=SOON),
            )

    profile, info = asyncio.run(ask())

    assert line.account.read == [event["message"]["markAsReadToken"]]
    assert (profile.display_name, profile.language) == ("相談 太郎", "ja")
    assert (info.user_id, info.chat_mode) == (line.account.user_id, "bot")


def test_unknown_read_marks_and_hidden_profiles(line: FakeLine) -> None:
    line.account.block(OWNER)

    async def profile(user_id: str) -> None:
        async with api(line) as made:
            await made.get_profile(user_id, _request_timeout=SOON)

    assert refusal(profile(OWNER)) == (404, "Not found")
    assert refusal(profile("somebody"))[0] == 400
    assert asyncio.run(post(line, "/v2/bot/chat/markAsRead", {"markAsReadToken": "x"}))[0] == 400


def test_messages_can_be_validated_without_being_sent(line: FakeLine) -> None:
    async def validate(*texts: str) -> None:
        request = ValidateMessageRequest.from_dict({"messages": messages(*texts)})
        async with api(line) as made:
            await made.validate_reply(request, _request_timeout=SOON)
            await made.validate_push(request, _request_timeout=SOON)

    asyncio.run(validate("よい"))
    assert refusal(validate("よい", "")) == (400, "The request body has 1 error(s)")
    assert line.account.deliveries == []


def test_groups_and_rooms_can_be_left(line: FakeLine) -> None:
    group, room = events.group(1)["groupId"], events.room(1)["roomId"]
    line.account.meet(group)

    async def leave() -> None:
        async with api(line) as made:
            await made.leave_room(room, _request_timeout=SOON)
            await made.leave_group(group, _request_timeout=SOON)

    asyncio.run(leave())
    assert refusal(leave()) == (404, "Not found")


def test_content_is_downloaded_or_not_there_yet_or_gone(line: FakeLine) -> None:
    from tests.line_api.account import Content

    line.account.contents["1"] = Content(b"\xff\xd8\xffjpeg")
    line.account.contents["2"] = Content(b"", state="processing")
    line.account.contents["3"] = Content(b"", state="gone")

    async def download(number: str) -> Any:
        async with client(line) as made:
            return await AsyncMessagingApiBlob(made).get_message_content(number, _request_timeout=SOON)

    assert bytes(asyncio.run(download("1"))) == b"\xff\xd8\xffjpeg"
    assert asyncio.run(download("2")) is None
    assert refusal(download("3")) == (410, "The content is gone")
    assert refusal(download("4")) == (404, "not found")


MENU = {
    "size": {"width": 2500, "height": 1686},
    "selected": True,
    "name": "相談",
    "chatBarText": "メニュー",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 833, "height": 843},
            "action": {"type": "postback", "label": "使い方", "data": "help"},
        }
    ],
}
PNG = base64.b64decode(b"iVBORw0KGgo=") + b"picture"


def test_a_rich_menu_is_made_shown_and_removed(line: FakeLine) -> None:
    async def run() -> list[str]:
        async with client(line) as made:
            menus, blobs = AsyncMessagingApi(made), AsyncMessagingApiBlob(made)
            created = await menus.create_rich_menu(RichMenuRequest.from_dict(MENU), _request_timeout=SOON)
            menu_id = created.rich_menu_id
            image_type = {"Content-Type": "image/png"}
            await blobs.set_rich_menu_image(menu_id, body=PNG, _headers=image_type, _request_timeout=SOON)
            await menus.set_default_rich_menu(menu_id, _request_timeout=SOON)
            default = await menus.get_default_rich_menu_id(_request_timeout=SOON)
            assert default.rich_menu_id == menu_id
            assert bytes(await blobs.get_rich_menu_image(menu_id, _request_timeout=SOON)) == PNG
            assert (await menus.get_rich_menu(menu_id, _request_timeout=SOON)).name == "相談"
            listed = await menus.get_rich_menu_list(_request_timeout=SOON)
            await menus.delete_rich_menu(menu_id, _request_timeout=SOON)
            return [menu.rich_menu_id for menu in listed.richmenus]

    assert len(asyncio.run(run())) == 1
    assert line.account.menus == {}
    assert line.account.default_menu == ""


def test_rich_menu_mistakes(line: FakeLine) -> None:
    _, made = asyncio.run(post(line, "/v2/bot/richmenu", MENU))
    menu_id = made["richMenuId"]
    image, default = f"/v2/bot/richmenu/{menu_id}/content", f"/v2/bot/user/all/richmenu/{menu_id}"
    png = {"Content-Type": "image/png"}

    assert asyncio.run(post(line, "/v2/bot/richmenu", {**MENU, "chatBarText": "長" * 15}))[0] == 400
    assert asyncio.run(post(line, default, b""))[1]["message"].startswith("must upload richmenu image")
    assert asyncio.run(post(line, image, PNG))[0] == 415
    assert asyncio.run(post(line, image, b"no picture", **png))[0] == 400
    assert asyncio.run(post(line, image, PNG, **png))[0] == 200
    assert asyncio.run(post(line, image, PNG, **png))[1]["message"].startswith("An image has already been")
    assert asyncio.run(post(line, "/v2/bot/user/all/richmenu/none", b""))[0] == 404


class _Bot(BaseHTTPRequestHandler):
    """A bot that accepts what is signed rightly."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.headers["X-Line-Signature"] == sign("8c570fa6dd201bb328f1c1eac23a96d8", body)
        self.send_response(200 if right and json.loads(body)["events"] == [] else 400)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def test_the_webhook_address_is_kept_and_really_called(line: FakeLine) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Bot)
    thread = Thread(target=server.handle_request)
    thread.start()

    async def ask(url: str) -> Any:
        async with api(line) as made:
            line.account.webhook_url = url
            endpoint = await made.get_webhook_endpoint(_request_timeout=SOON)
            assert endpoint.endpoint == url
            return await made.test_webhook_endpoint(messaging.TestWebhookEndpointRequest(), _request_timeout=SOON)

    result = asyncio.run(ask(f"http://127.0.0.1:{server.server_port}/line/webhook"))
    thread.join()
    server.server_close()

    assert (result.success, result.status_code, result.reason) == (True, 200, "OK")
    assert asyncio.run(ask(f"http://127.0.0.1:{server.server_port}/line/webhook")).reason == "COULD_NOT_CONNECT"


def test_no_webhook_address(line: FakeLine) -> None:
    async def ask() -> None:
        async with api(line) as made:
            await made.get_webhook_endpoint(_request_timeout=SOON)

    assert refusal(ask()) == (404, "Webhook endpoint not found")
    assert asyncio.run(post(line, "/v2/bot/channel/webhook/test", {"endpoint": "http://example.jp"}))[0] == 400


# Events


def test_the_sdk_understands_our_events() -> None:
    made = [
        events.text_with_emoji(OWNER, "こんにちは😀", "(hello)", "!"),
        events.sticker(OWNER),
        events.media(OWNER),
        events.media(OWNER, "audio"),
        events.file(OWNER),
        events.location(OWNER),
        events.postback(OWNER, "entry:safety-001"),
        events.follow(OWNER, unblocked=True),
        events.unfollow(OWNER),
        events.unsend(OWNER, "1"),
        events.join(events.group(1)),
        events.leave(events.room(1)),
        events.redelivered(events.standby(events.text(events.group(1, OWNER), "質問"))),
    ]
    body = events.webhook(*({"replyToken": "t", **event} for event in made))
    secret = "s"

    parsed = WebhookParser(secret).parse(body.decode(), sign(secret, body))

    names = [type(event).__name__ for event in parsed]
    assert "UnknownEvent" not in names
    assert len(names) == len(made)
    assert parsed[0].message.emojis[0].index == 7


def test_odd_events_are_odd_in_one_place_each() -> None:
    odd = events.odd_events(OWNER)

    assert odd["source type"]["source"] == {"type": "planet", "userId": OWNER}
    assert "deliveryContext" not in odd["no delivery context"]
    assert json.loads(events.webhook(*odd.values()))["events"][0]["type"] == "teleport"
