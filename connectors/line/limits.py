"""Every limit of the messages that we send, checked before LINE does. Pure; the SDK enforces few of them.

Where LINE is vague the stricter reading counts, so that what passes here passes there. Sources: LINE reference,
"Message objects" (snapshot 2026-08-07), and "Character counting in a text". A message type that is not checked
here is refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.line.counting import shorten_graphemes, shorten_utf16, wire_bytes
from connectors.line.limit_actions import LONGEST_DATA, LONGEST_SAID, QUICK_REPLY, action
from connectors.line.limit_flex import LARGEST_BUBBLE, LARGEST_CAROUSEL, MOST_BUBBLES, container
from connectors.line.limit_strings import UTF16, Found, Json, https_url, listed, objects, one_of, string
from connectors.line.limit_templates import template

__all__ = [
    "LARGEST_BUBBLE",
    "LARGEST_CAROUSEL",
    "LONGEST_ALT_TEXT",
    "LONGEST_DATA",
    "LONGEST_SAID",
    "LONGEST_SENDER_NAME",
    "LONGEST_TEXT",
    "MOST_BUBBLES",
    "MOST_MESSAGES",
    "MOST_QUICK_REPLIES",
    "shorten_graphemes",
    "shorten_utf16",
    "violations",
]

MOST_MESSAGES = 5
LONGEST_TEXT = 5000  # UTF-16 units
LONGEST_ALT_TEXT = 1500  # UTF-16 units
MOST_QUICK_REPLIES = 13
LONGEST_SENDER_NAME = 20  # UTF-16 units
LONGEST_TOKEN = 1000  # UTF-16 units; LINE names no limit
LARGEST_REQUEST = 2_000_000  # bytes; LINE answers 413 above "2MB"
_TYPES = ("text", "image", "template", "flex")


def violations(messages: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What LINE would refuse, or not show, as "JSON path: what is wrong"; empty where all is well."""
    return tuple(_request(messages))


def _request(messages: Sequence[Mapping[str, Any]]) -> Found:
    if not 1 <= len(messages) <= MOST_MESSAGES:
        yield f"messages: size must be between 1 and {MOST_MESSAGES}, is {len(messages)}"
    if (size := wire_bytes(list(messages))) > LARGEST_REQUEST:
        yield f"messages: JSON must be at most {LARGEST_REQUEST} bytes, is {size}"
    for position, message in enumerate(messages):
        path = f"messages[{position}]"
        yield from _message(message, path)
        if "quickReply" in message and position < len(messages) - 1:
            yield f"{path}.quickReply: only that of the last message is shown"


def _message(message: Json, path: str) -> Found:
    yield from one_of(message, "type", path, _TYPES)
    match message.get("type"):
        case "text":
            yield from string(message, "text", path, LONGEST_TEXT, UTF16)
            yield from string(message, "quoteToken", path, LONGEST_TOKEN, UTF16, required=False)
        case "flex":
            yield from string(message, "altText", path, LONGEST_ALT_TEXT, UTF16)
            yield from container(message.get("contents"), f"{path}.contents")
        case "template":
            yield from string(message, "altText", path, LONGEST_ALT_TEXT, UTF16)
            yield from template(message.get("template"), f"{path}.template")
        case "image":
            yield from https_url(message, "originalContentUrl", path)
            yield from https_url(message, "previewImageUrl", path)
    yield from _common(message, path)


def _common(message: Json, path: str) -> Found:
    if "quickReply" in message:
        yield from _quick_reply(message["quickReply"], f"{path}.quickReply")
    if isinstance(sender := message.get("sender"), Mapping):
        yield from string(sender, "name", f"{path}.sender", LONGEST_SENDER_NAME, UTF16, required=False)
        yield from https_url(sender, "iconUrl", f"{path}.sender", required=False)


def _quick_reply(value: Any, path: str) -> Found:
    if not isinstance(value, Mapping):
        yield f"{path}: must be an object"
        return
    yield from listed(value, "items", path, 1, MOST_QUICK_REPLIES)
    for position, item in enumerate(objects(value, "items")):
        if isinstance(item, Mapping):
            where = f"{path}.items[{position}]"
            yield from one_of(item, "type", where, ("action",))
            yield from https_url(item, "imageUrl", where, required=False)
            yield from action(item.get("action"), f"{where}.action", QUICK_REPLY)
