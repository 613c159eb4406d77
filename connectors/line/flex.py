"""The few Flex components that we use, readable for everyone: dark on white, wrapped, growing with the reader's font.

LINE reference, "Flex Message". Colours are the tokens of the web chat; contrast on white is 17.4:1 for INK, 5.7:1 for
QUIET and 11.1:1 for white on KEY.
"""

from collections.abc import Sequence
from typing import Any

INK = "#1A1A1A"
QUIET = "#666666"
KEY = "#0017C1"
PAPER = "#FFFFFF"
RULE = "#949494"

Json = dict[str, Any]


def text(words: str, *, size: str = "md", color: str = INK, bold: bool = False) -> Json:
    """Wrapped words. `md` is LINE's 16 px, `sm` its 14 px."""
    weight = "bold" if bold else "regular"
    look = {"size": size, "color": color, "weight": weight}
    return {"type": "text", "text": words, "wrap": True, "scaling": True, **look}


def button(action: Json, *, primary: bool = True) -> Json:
    """A button; its label is one line, so it shrinks to fit where the reader's font is large."""
    style = {"style": "primary", "color": KEY} if primary else {"style": "link", "color": KEY}
    return {"type": "button", "action": action, "height": "sm", "adjustMode": "shrink-to-fit", "scaling": True, **style}


def separator() -> Json:
    """A thin line between cards."""
    return {"type": "separator", "color": RULE}


def column(contents: Sequence[Json], *, spacing: str = "md") -> Json:
    """Components below each other."""
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": list(contents)}


def bubble(body: Sequence[Json], footer: Sequence[Json] = (), *, size: str = "mega") -> Json:
    """A bubble on white paper, whatever the reader's theme is, so that the contrast holds."""
    paper = {"backgroundColor": PAPER}
    blocks = {"body": column(body), "footer": column(footer)} if footer else {"body": column(body)}
    return {"type": "bubble", "size": size, "styles": dict.fromkeys(blocks, paper), **blocks}


def carousel(bubbles: Sequence[Json]) -> Json:
    """Bubbles beside each other; all must have one size."""
    return {"type": "carousel", "contents": list(bubbles)}


def message(alt_text: str, container: Json) -> Json:
    """A Flex message; `alt_text` is what notifications, the list of chats and screen readers say."""
    return {"type": "flex", "altText": alt_text, "contents": container}
