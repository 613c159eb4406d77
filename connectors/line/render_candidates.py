"""Offered entries as a Flex carousel, one numbered bubble each, and "none of these" at its end. Pure."""

from collections.abc import Sequence

from bot.replies import Button
from bot.texts import Texts
from connectors.line import flex
from connectors.line.counting import wire_bytes
from connectors.line.limits import LARGEST_CAROUSEL, LONGEST_ALT_TEXT, MOST_BUBBLES, shorten_utf16
from connectors.line.render_text import is_entry, numbered
from connectors.line.taps import LONGEST_FLEX_LABEL, Json, postback, words

LONGEST_QUESTION = 300  # UTF-16 units
_WIDTH = "kilo"  # narrow enough for the edge of the next bubble to show


def candidates_message(buttons: Sequence[Button], texts: Texts) -> Json | None:
    """The carousel; None without anything to offer.

    Numbers are those that may be typed: places among the offered entries. So a bubble that cannot be sent is left out
    from the end, and one whose button LINE would refuse keeps its number without the button.
    """
    offered = [button for button in buttons if is_entry(button)]
    entries = [_entry_bubble(number, button, texts) for number, button in enumerate(offered, start=1)]
    others = [bubble for button in buttons if not is_entry(button) and (bubble := _other_bubble(button, texts))][:1]
    bubbles = [*entries[: MOST_BUBBLES - len(others)], *others]
    while len(bubbles) > 1 and wire_bytes(flex.carousel(bubbles)) > LARGEST_CAROUSEL:
        del bubbles[-1 - len(others)]
    return flex.message(_spoken(offered, texts), flex.carousel(bubbles)) if bubbles else None


def _entry_bubble(number: int, button: Button, texts: Texts) -> Json:
    heading = flex.text(texts.say("line.candidate", number=number), size="sm", color=flex.QUIET, bold=True)
    question = words(button.label, LONGEST_QUESTION)
    action = postback(button, texts.say("line.pick", number=number), LONGEST_FLEX_LABEL)
    body = [heading, flex.text(question)] if question else [heading]
    return flex.bubble(body, [flex.button(action)] if action else [], size=_WIDTH)


def _other_bubble(button: Button, texts: Texts) -> Json | None:
    action = postback(button, button.label, LONGEST_FLEX_LABEL)
    if action is None:
        return None
    return flex.bubble([flex.text(texts.say("line.none_note"))], [flex.button(action, primary=False)], size=_WIDTH)


def _spoken(offered: Sequence[Button], texts: Texts) -> str:
    """The entries with their numbers, and that a number can be typed; the second is never cut off."""
    if not offered:
        return texts.say("line.none_note")
    items = " ".join(numbered(number, button, texts) for number, button in enumerate(offered, start=1))
    room = LONGEST_ALT_TEXT - len(texts.say("line.candidates_alt", items=""))
    return texts.say("line.candidates_alt", items=shorten_utf16(items, room))
