"""A reply put into LINE messages. Pure: the same reply gives the same messages, and LINE takes every one of them.

Order: the text with its sources, then desks and programmes, then candidates; where anything follows the text, the
words that explain the quick replies come last, beside them. Quick replies do not show on PCs and vanish with the next
message (LINE docs, "Use quick replies"), so those words always say what can be typed instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.decision import SourceShown
from bot.replies import (
    Button,
    CandidatesPart,
    ChoicesPart,
    ContactsPart,
    FeedbackPart,
    FollowupsPart,
    InstitutionsPart,
    ProgramsPart,
    Reply,
    SourcesPart,
    SpeakerPart,
    TextPart,
)
from bot.texts import Texts
from connectors.line import render_text
from connectors.line.counting import cleaned, is_blank
from connectors.line.limits import LONGEST_SENDER_NAME, LONGEST_TEXT, MOST_MESSAGES, MOST_QUICK_REPLIES, shorten_utf16
from connectors.line.render_candidates import candidates_message
from connectors.line.render_cards import Card, cards_message, contact_card, institution_card, program_card
from connectors.line.taps import Json, postback


@dataclass
class _Sorted:
    """What a reply holds, by kind, in its order."""

    texts: list[str] = field(default_factory=list)
    sources: list[SourceShown] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    candidates: list[Button] = field(default_factory=list)
    choices: list[Button] = field(default_factory=list)
    followups: list[Button] = field(default_factory=list)
    feedback: list[Button] = field(default_factory=list)
    speaker: SpeakerPart | None = None


def render(reply: Reply, texts: Texts) -> tuple[dict[str, Any], ...]:
    """One to five LINE messages as plain JSON that `limits.violations` has nothing against, for any content."""
    found = _sorted(reply, texts)
    flexes = [m for m in (cards_message(found.cards, texts), candidates_message(found.candidates, texts)) if m]
    first = sum(map(render_text.is_entry, found.candidates)) + 1
    closing = _closing(found, texts, first)
    sources = render_text.sources(found.sources, texts)
    body = "\n\n".join(text for text in found.texts if not is_blank(text))
    if flexes:
        after = [_text(shorten_utf16(closing, LONGEST_TEXT))] if closing else []
        before = render_text.pages(body, sources, MOST_MESSAGES - len(flexes) - len(after))
    else:
        after = []
        before = render_text.pages(body, "\n\n".join(filter(None, (sources, closing))), MOST_MESSAGES)
    messages = [*map(_text, before), *flexes, *after] or [_text(texts.say("line.empty"))]
    if items := _quick_replies(found, texts, first):
        messages[-1] = {**messages[-1], "quickReply": {"items": items}}
    return tuple(_spoken(messages, found.speaker, texts) if found.speaker else messages)


def _spoken(messages: Sequence[Json], speaker: SpeakerPart, texts: Texts) -> Iterable[Json]:
    """The messages under the name of the person who speaks, the first quoting what it answers."""
    name = shorten_utf16(cleaned(texts.say("line.expert", name=speaker.name)), LONGEST_SENDER_NAME)
    for position, message in enumerate(messages):
        quote = {"quoteToken": speaker.quote} if speaker.quote and not position and message["type"] == "text" else {}
        yield {**message, **quote, "sender": {"name": name}}


def _sorted(reply: Reply, texts: Texts) -> _Sorted:
    found = _Sorted()
    for part in reply.parts:
        match part:
            case TextPart(text):
                found.texts.append(text)
            case SourcesPart(items):
                found.sources += items
            case ContactsPart(items):
                found.cards += (contact_card(item, texts) for item in items)
            case ProgramsPart(items):
                found.cards += (program_card(item, texts) for item in items)
            case InstitutionsPart(items):
                found.cards += (institution_card(item, texts) for item in items)
            case CandidatesPart(items):
                found.candidates += items
            case ChoicesPart(items):
                found.choices += items
            case FollowupsPart(items):
                found.followups += items
            case FeedbackPart(items):
                found.feedback += items
            case SpeakerPart():
                found.speaker = part
    return found


def _closing(found: _Sorted, texts: Texts, first: int) -> str:
    paragraphs = (
        render_text.choices(found.choices, texts, first),
        render_text.followups(found.followups, texts),
        render_text.feedback(found.feedback, texts),
    )
    return "\n\n".join(filter(None, paragraphs))


def _quick_replies(found: _Sorted, texts: Texts, first: int) -> list[Json]:
    """The buttons in one row; the short ones come first, because the row shows only a few at a time."""
    actions = (*_choice_actions(found.choices, texts, first), *_plain_actions([*found.feedback, *found.followups]))
    return [{"type": "action", "action": action} for action in actions if action][:MOST_QUICK_REPLIES]


def _plain_actions(buttons: Iterable[Button]) -> Iterable[Json | None]:
    return (postback(button, button.label) for button in buttons)


def _choice_actions(buttons: Sequence[Button], texts: Texts, first: int) -> Iterable[Json | None]:
    """Choices in their order; entries carry the number under which the text lists them in full."""
    number = first
    for button in buttons:
        if is_numbered := render_text.is_entry(button):
            yield postback(button, render_text.numbered(number, button, texts))
        else:
            yield postback(button, button.label)
        number += is_numbered


def _text(words: str) -> Json:
    return {"type": "text", "text": words}
