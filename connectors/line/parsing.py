"""Raw webhook JSON to arrivals, one event at a time: an odd event never costs its neighbours.

Read from plain JSON on purpose: the SDK's parser loses a whole body over one unknown enum value. Whatever is not
understood is stored and ignored (LINE docs, "Development guidelines": new types and values come without notice).
"""

import datetime
import hashlib
import json
from typing import Any

from bot.conversation import Blocked, Event, Followed, Ignored, Joined, Media, Unsent, Utterance
from bot.ports import Arrival
from knowledge.text.normalize import join_surrogates

CHANNEL = "line"
LONGEST_TEXT = 2_000  # characters that are consulted about; LINE lets users send 5,000
_LONGEST_ID = 64
_LONGEST_TOKEN = 200
_NOBODY = "unknown"
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_DUMMY_TOKENS = ("0" * 32, "f" * 32)  # what the console's verification once sent

Json = dict[str, Any]


def parse_body(body: bytes, now: datetime.datetime) -> tuple[Arrival, ...] | None:
    """The arrivals of a webhook body; None where it is no JSON object with a list of events."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list):
        return None
    return tuple(parse_event(event, now) for event in events)


def unreadable(body: bytes, now: datetime.datetime) -> Arrival:
    """A body that could not be read, kept raw so that somebody can look at it."""
    event_id = "raw-" + hashlib.sha256(body).hexdigest()[:40]
    raw = body.decode("utf-8", "replace")
    return Arrival(CHANNEL, _NOBODY, event_id, Ignored(f"unreadable body: {raw[:2000]}"), now, now)


def parse_event(event: Any, now: datetime.datetime) -> Arrival:
    """One event; never fails. An event without an id is known by the digest of its content."""
    found: Json = event if isinstance(event, dict) else {}
    source, message = _object(found, "source"), _object(found, "message")
    group = _text(source, "groupId") or _text(source, "roomId")
    understood, text = _understood(found, message, is_group=bool(group))
    token = _text(found, "replyToken")
    return Arrival(
        channel=CHANNEL,
        key=(group or _text(source, "userId") or _NOBODY)[:_LONGEST_ID],
        event_id=(_text(found, "webhookEventId") or _digest(event))[:_LONGEST_ID],
        event=understood,
        occurred_at=_moment(found.get("timestamp"), now),
        delivered_at=now,
        text=text,
        external_id=_text(message, "id")[:_LONGEST_ID],
        quote_token=_text(message, "quoteToken")[:_LONGEST_TOKEN],
        reply_token="" if token in _DUMMY_TOKENS else token[:_LONGEST_ID],
    )


def _understood(event: Json, message: Json, is_group: bool) -> tuple[Event, str]:
    """What an event means to the bot, and the words that stand in the transcript for it."""
    kind = _text(event, "type")
    if _text(event, "mode") == "standby":
        return Ignored("standby"), _text(message, "text") if kind == "message" else ""
    if is_group:
        return (Joined() if kind == "join" else Ignored("group")), ""
    match kind:
        case "message":
            return _message(message)
        case "postback":
            action = _text(_object(event, "postback"), "data")
            return Utterance(text=action, action=action, channel=CHANNEL), action
        case "follow":
            return Followed(), ""
        case "unfollow":
            return Blocked(), ""
        case "unsend":
            return Unsent(_text(_object(event, "unsend"), "messageId")), ""
    return Ignored(f"event type {kind[:40]}"), ""


def _message(message: Json) -> tuple[Event, str]:
    kind = _text(message, "type")
    if kind != "text":
        return Media(kind[:20] or "unknown"), f"[{kind[:20] or 'unknown'}]"
    text = _without_emojis(message)
    return Utterance(text=text[:LONGEST_TEXT], channel=CHANNEL), text or " "


def _without_emojis(message: Json) -> str:
    """The text without LINE's own emoji, which stand in it as words like (hello); offsets count UTF-16 units."""
    emojis = message.get("emojis")
    if not emojis:
        return _text(message, "text")
    units = _text(message, "text").encode("utf-16-le", "surrogatepass")
    spans = []
    for emoji in emojis if isinstance(emojis, list) else ():
        index, length = (emoji.get(name) if isinstance(emoji, dict) else None for name in ("index", "length"))
        if isinstance(index, int) and isinstance(length, int) and index >= 0 and length > 0:
            spans.append((index * 2, (index + length) * 2))
    for start, end in sorted(spans, reverse=True):
        units = units[:start] + units[end:]
    return join_surrogates(units.decode("utf-16-le", "surrogatepass"))


def _object(holder: Json, name: str) -> Json:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _text(holder: Json, name: str) -> str:
    value = holder.get(name)
    return join_surrogates(value) if isinstance(value, str) else ""


def _moment(milliseconds: Any, now: datetime.datetime) -> datetime.datetime:
    """LINE's timestamp; the present where it is none, or lies in the future."""
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return now
    latest = int((now - _EPOCH).total_seconds() * 1000)
    return _EPOCH + datetime.timedelta(milliseconds=min(max(milliseconds, 0), latest))


def _digest(event: Any) -> str:
    return "sha-" + hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()[:40]
