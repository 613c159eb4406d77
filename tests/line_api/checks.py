"""The fake's own judgement of messages, written apart from ours, with the words that LINE uses.

Sources: LINE reference, "Message objects", "Error responses"; the form of Flex errors: line-bot-sdk-go issue 657.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import regex

from tests.line_api.http import LineError

KILOBYTE = 1024
_TYPES = ["text", "sticker", "image", "video", "audio", "location", "imagemap", "template", "flex"]
_URI = re.compile(r"(https?://[^\s/?#\[\]]+|tel:[+0-9*#-]+$|line://)[!-~]*", re.IGNORECASE)


class Problem(NamedTuple):
    """One entry of `details`; `flex` is the number of the message whose container it lies in, or -1."""

    message: str
    property: str
    flex: int = -1


def request_problems(messages: Any) -> list[Problem]:
    """What LINE would refuse in `messages`."""
    return list(_messages(messages))


def refuse_bad(messages: Any) -> None:
    """Raises LINE's error where messages are not as they should be."""
    problems = request_problems(messages)
    if not problems:
        return
    inside = problems[0].flex
    if inside >= 0:
        problems = [problem for problem in problems if problem.flex == inside]
        title = f"A message (messages[{inside}]) in the request body is invalid"
    else:
        problems = [problem for problem in problems if problem.flex < 0]
        title = f"The request body has {len(problems)} error(s)"
    raise LineError(400, title, [{"message": problem.message, "property": problem.property} for problem in problems])


def utf16(text: str) -> int:
    """UTF-16 code units."""
    return sum(2 if ord(char) > 0xFFFF else 1 for char in text)


def graphemes(text: str) -> int:
    """Grapheme clusters."""
    return len(regex.findall(r"\X", text))


def _messages(messages: Any) -> Iterator[Problem]:
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        yield Problem("Size must be between 1 and 5", "messages")
        return
    for number, message in enumerate(messages):
        path = f"messages[{number}]"
        if message.get("type") not in _TYPES:
            yield Problem(f"Must be one of the following values: [{', '.join(_TYPES)}]", f"{path}.type")
        elif message["type"] == "text":
            yield from _length(message.get("text"), 5000, f"{path}.text")
        elif message["type"] in {"flex", "template"}:
            yield from _length(message.get("altText"), 1500, f"{path}.altText")
        if message.get("type") == "flex":
            yield from (Problem(*found, number) for found in _container(message.get("contents")))
        for place, item in enumerate(message.get("quickReply", {}).get("items", [])):
            yield from _action(item.get("action"), 20, f"{path}.quickReply.items[{place}].action")
        if len(message.get("quickReply", {}).get("items", [])) > 13:
            yield Problem("Size must be between 1 and 13", f"{path}.quickReply.items")


def _length(text: Any, most: int, path: str) -> Iterator[Problem]:
    if not isinstance(text, str) or not text.strip():
        yield Problem("May not be empty", path)
    elif utf16(text) > most:
        yield Problem(f"Length must be between 0 and {most}", path)


def _action(action: Any, label: int, path: str) -> Iterator[Problem]:
    if not isinstance(action, dict):
        yield Problem("must be specified", path)
        return
    if not 1 <= graphemes(action.get("label", "")) <= label:
        yield Problem(f"Length must be between 1 and {label}", f"{path}.label")
    if action.get("type") == "postback":
        if not 1 <= utf16(action.get("data", "")) <= 300:
            yield Problem("Length must be between 1 and 300", f"{path}.data")
        if graphemes(action.get("displayText", "")) > 300:
            yield Problem("Length must be between 0 and 300", f"{path}.displayText")
    if action.get("type") == "uri" and not (_URI.fullmatch(action["uri"]) and len(action["uri"]) <= 1000):
        yield Problem("invalid uri", f"{path}.uri")


def _container(container: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(container, dict) or container.get("type") not in {"bubble", "carousel"}:
        yield "invalid property", "/type"
        return
    bubbles = container["contents"] if container["type"] == "carousel" else [container]
    if not 1 <= len(bubbles) <= 12 or len({bubble.get("size") for bubble in bubbles}) > 1:
        yield "invalid property", "/contents"
    if container["type"] == "carousel" and _bytes(container) > 50 * KILOBYTE:
        yield "too large", "/"
    for number, bubble in enumerate(bubbles):
        path = f"/contents/{number}" if container["type"] == "carousel" else ""
        blocks = [block for block in ("header", "hero", "body", "footer") if block in bubble]
        if not blocks:
            yield "At least one block must be specified", path or "/"
        if _bytes(bubble) > 30 * KILOBYTE:
            yield "too large", path or "/"
        for block in blocks:
            yield from _component(bubble[block], f"{path}/{block}")


def _component(component: Any, path: str) -> Iterator[tuple[str, str]]:
    kind = component.get("type")
    if kind == "box":
        for number, item in enumerate(component["contents"]):
            yield from _component(item, f"{path}/contents/{number}")
    elif kind == "text":
        if not component.get("text", "").strip() and not component.get("contents"):
            yield "must be non-empty text", f"{path}/text"
    elif kind not in {"button", "image", "separator", "filler", "icon", "video"}:
        yield "invalid property", path
    if kind == "button" or "action" in component:
        yield from ((problem.message, problem.property) for problem in _action(component.get("action"), 40, path))


def _bytes(value: Any) -> int:
    return len(json.dumps(value).encode())
