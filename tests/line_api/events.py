"""Webhook events and bodies as LINE posts them (LINE reference, "Webhook Event Objects"), and odd ones."""

import copy
import datetime
import itertools
import json
import uuid
from typing import Any

DESTINATION = "U8e742f61d673b39c7fff3cecb7536ef0"
_message_numbers = itertools.count(444573844083572737)

Json = dict[str, Any]


def user_id(number: int) -> str:
    """A user id in LINE's form."""
    return f"U{number:032x}"


def user(user: str) -> Json:
    return {"type": "user", "userId": user}


def group(number: int, member: str = "") -> Json:
    """A group; the member is left out where they have not consented."""
    return {"type": "group", "groupId": f"C{number:032x}", **({"userId": member} if member else {})}


def room(number: int, member: str = "") -> Json:
    return {"type": "room", "roomId": f"R{number:032x}", **({"userId": member} if member else {})}


def chat_of(event: Json) -> str:
    """Where an answer to an event goes."""
    source = event["source"]
    return str(source.get("groupId") or source.get("roomId") or source["userId"])


def milliseconds(at: datetime.datetime) -> int:
    """A moment as LINE writes it."""
    return int(at.timestamp() * 1000)


def event(kind: str, source: str | Json, **more: Any) -> Json:
    """Any event, at the present moment and without a reply token; `FakeLine.issue` gives it one that works."""
    return {
        "type": kind,
        "mode": "active",
        "timestamp": milliseconds(datetime.datetime.now(datetime.UTC)),
        "source": user(source) if isinstance(source, str) else source,
        "webhookEventId": f"01{uuid.uuid4().hex[:24].upper()}",  # as long as a ULID, and in its alphabet
        "deliveryContext": {"isRedelivery": False},
        **more,
    }


def message(source: str | Json, kind: str, **more: Any) -> Json:
    """A message event of any kind."""
    number = str(next(_message_numbers))
    tokens = {"quoteToken": f"quote-{number}", "markAsReadToken": f"read-{number}"}
    return event("message", source, message={"id": number, "type": kind, **tokens, **more})


def text(source: str | Json, words: str, **more: Any) -> Json:
    """What somebody wrote; `more` may hold emojis, mention, quotedMessageId."""
    return message(source, "text", text=words, **more)


def text_with_emoji(source: str | Json, before: str, emoji: str, after: str) -> Json:
    """A text with a LINE emoji, which stands in it as "(hello)"; index and length count UTF-16 units."""
    index = len(before.encode("utf-16-le")) // 2
    found = {"index": index, "length": len(emoji), "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}
    return text(source, before + emoji + after, emojis=[found])


def sticker(source: str | Json) -> Json:
    kinds = {"packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC", "keywords": ["thanks"]}
    return message(source, "sticker", **kinds)


def media(source: str | Json, kind: str = "image") -> Json:
    """An image, a video or an audio message."""
    length = {"duration": 60000} if kind in {"video", "audio"} else {}
    return message(source, kind, contentProvider={"type": "line"}, **length)


def file(source: str | Json, name: str = "決算書.pdf") -> Json:
    return message(source, "file", fileName=name, fileSize=2138)


def location(source: str | Json) -> Json:
    return message(source, "location", title="店", address="神奈川県横浜市", latitude=35.44, longitude=139.64)


def postback(source: str | Json, data: str, **params: Any) -> Json:
    return event("postback", source, postback={"data": data, **({"params": params} if params else {})})


def follow(source: str | Json, *, unblocked: bool = False) -> Json:
    return event("follow", source, follow={"isUnblocked": unblocked})


def unfollow(source: str | Json) -> Json:
    return event("unfollow", source)


def unsend(source: str | Json, message_id: str) -> Json:
    return event("unsend", source, unsend={"messageId": message_id})


def join(source: Json) -> Json:
    return event("join", source)


def leave(source: Json) -> Json:
    return event("leave", source)


def redelivered(event: Json) -> Json:
    """The same event, posted again."""
    return {**event, "deliveryContext": {"isRedelivery": True}}


def standby(event: Json) -> Json:
    """The same event in standby mode, which has no reply token."""
    return {key: value for key, value in event.items() if key != "replyToken"} | {"mode": "standby"}


def changed(event: Json, path: str, value: Any) -> Json:
    """The same event with another value at a dotted path: `changed(e, "source.type", "planet")`."""
    copied = copy.deepcopy(event)
    *outer, last = path.split(".")
    holder = copied
    for key in outer:
        holder = holder[key]
    holder[last] = value
    return copied


def without(event: Json, path: str) -> Json:
    """The same event without what is at a dotted path."""
    copied = changed(event, path, None)
    *outer, last = path.split(".")
    holder = copied
    for key in outer:
        holder = holder[key]
    del holder[last]
    return copied


def odd_events(source: str) -> dict[str, Json]:
    """Events as LINE may send them one day ("may add enum values and properties without notice"), by what is odd."""
    plain = text(source, "倒産に備えたい")
    return {
        "event type": event("teleport", source, teleport={"to": "moon"}),
        "message type": message(source, "hologram", size=3),
        "source type": changed(plain, "source.type", "planet"),
        "mode": changed(plain, "mode", "dreaming"),
        "sticker type": changed(sticker(source), "message.stickerResourceType", "SMELL"),
        "content provider": changed(media(source), "message.contentProvider.type", "cloud"),
        "mentionee type": changed(
            plain, "message.mention", {"mentionees": [{"index": 0, "length": 1, "type": "role"}]}
        ),
        "no quote token": without(plain, "message.quoteToken"),
        "no delivery context": without(plain, "deliveryContext"),
        "no mode": without(plain, "mode"),
        "no type": without(plain, "type"),
        "no event id": without(plain, "webhookEventId"),
        "no source": without(event("accountLink", source, link={"result": "failed", "nonce": "n"}), "source"),
        "no user id": without(plain, "source.userId"),
        "timestamp as text": changed(plain, "timestamp", "yesterday"),
        "half a surrogate pair": changed(plain, "message.text", "\ud83d"),
        "extra property": changed(plain, "message.aura", {"color": "blue"}),
        "null message": changed(plain, "message", None),
    }


def webhook(*events: Any, destination: str = DESTINATION) -> bytes:
    """The body that LINE posts; sign these very bytes."""
    return json.dumps({"destination": destination, "events": list(events)}).encode()
