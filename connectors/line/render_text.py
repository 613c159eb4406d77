"""The text bubbles: the answer, its sources below it, and what to type instead of tapping. Pure."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from bot.actions import parse_action
from bot.decision import SourceShown
from bot.replies import Button
from bot.texts import Texts
from connectors.line.counting import cleaned, clusters, is_blank, shorten_utf16, utf16_length
from connectors.line.limits import LONGEST_TEXT
from connectors.line.taps import web_address, words

LONGEST_LINE = 300  # UTF-16 units of one source or choice in a list
_MOST_LINES = 20  # of one list; real replies have three
_GAP = "\n\n"
_SENTENCE_END = "\u3002"  # ideographic full stop
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(?:-[0-9]{2})?")
_YEAR = re.compile(r"[0-9]{4}")


def pages(body: str, tail: str, most: int) -> tuple[str, ...]:
    """Body and tail in at most `most` texts of LINE's length, split at paragraph ends.

    Where they are too long even so, the end of the body is left out, never the tail (the sources).
    """
    pieces = split(_joined(body, tail))
    if len(pieces) <= most:
        return pieces
    short = shorten_utf16(tail, LONGEST_TEXT // 2)
    room = LONGEST_TEXT - utf16_length(short) - len(_GAP)
    whole = split(body)
    last = shorten_utf16(_GAP.join(whole[most - 1 :]), room)
    return (*whole[: most - 1], _joined(last, short))


def split(text: str) -> tuple[str, ...]:
    """A text in pieces that fit, each ending where a paragraph, a line or a sentence ends if one does in its half."""
    pieces, rest = [], cleaned(text).strip("\n")
    while utf16_length(rest) > LONGEST_TEXT:
        end = _end_of_piece(rest)
        pieces.append(rest[:end])
        rest = rest[end:].lstrip("\n")
    return tuple(piece.rstrip() for piece in (*pieces, rest) if not is_blank(piece))


def _end_of_piece(text: str) -> int:
    fitting = _fitting(text)
    size = sum(map(len, fitting))
    if not fitting:
        return LONGEST_TEXT // 2  # one endless cluster; nothing written by people is cut here
    prefix = text[:size]
    ends = (prefix.rfind(_GAP), prefix.rfind("\n"), _last_sentence_end(fitting))
    return next((end for end in ends if end > size // 2), size)


def _fitting(text: str) -> list[str]:
    """The clusters from the start of a text that one message takes."""
    fitting, left = [], LONGEST_TEXT
    for cluster in clusters(text):
        left -= utf16_length(cluster)
        if left < 0:
            break
        fitting.append(cluster)
    return fitting


def _last_sentence_end(fitting: Sequence[str]) -> int:
    place = next((n for n in range(len(fitting), 0, -1) if fitting[n - 1] == _SENTENCE_END), 0)
    return sum(map(len, fitting[:place]))


def sources(items: Iterable[SourceShown], texts: Texts) -> str:
    """Where the answer stands and as of when, one source a line; empty without sources."""
    lines = tuple(dict.fromkeys(filter(None, (_source(item, texts) for item in items))))[:_MOST_LINES]
    return "\n".join((texts.say("line.sources"), *lines)) if lines else ""


def _source(item: SourceShown, texts: Texts) -> str:
    named = " ".join(filter(None, (words(item.title, LONGEST_LINE), words(item.at, LONGEST_LINE))))
    if not named:
        return ""
    shown = named + _as_of(words(item.as_of, LONGEST_LINE), texts)
    if link := _deep_link(item.url):
        return texts.say("line.source_link", words=shown, url=link)
    return texts.say("line.source", words=shown)


def _as_of(date: str, texts: Texts) -> str:
    if month := _MONTH.fullmatch(date):
        return texts.say("line.as_of_month", year=month[1], month=int(month[2]))
    if _YEAR.fullmatch(date):
        return texts.say("line.as_of_year", year=date)
    return texts.say("line.as_of", date=date) if date else ""


def _deep_link(url: str) -> str:
    """The address of the very document; a site's front page helps nobody and is left out."""
    address = web_address(url)
    parts = urlsplit(address)
    return address if parts.path.strip("/") or parts.query else ""


def choices(buttons: Sequence[Button], texts: Texts, first: int) -> str:
    """What may be typed instead of tapping a choice: entries by number from `first`, others by their words."""
    entries = [button for button in buttons if is_entry(button)]
    others = [button for button in buttons if not is_entry(button) and words(button.label, LONGEST_LINE)]
    lines = [numbered(place, button, texts) for place, button in enumerate(entries[:_MOST_LINES], start=first)]
    if entries:
        lines.append(texts.say("line.choose_number"))
    if others:
        lines.append(texts.say("line.choose_words", labels=_quoted(others[:_MOST_LINES], texts)))
    return "\n".join(lines)


def is_entry(button: Button) -> bool:
    """Whether an entry stands behind a button; only those can be picked by number."""
    tap = parse_action(button.action)
    return tap is not None and tap.kind == "entry"


def numbered(number: int, button: Button, texts: Texts) -> str:
    """The words of a button after its number."""
    return texts.say("line.numbered", number=number, label=words(button.label, LONGEST_LINE))


def followups(buttons: Sequence[Button], texts: Texts) -> str:
    """What to ask next in full words; the buttons show only their beginning."""
    shown = list(filter(None, (words(button.label, LONGEST_LINE) for button in buttons)))[:_MOST_LINES]
    lines = (texts.say("line.followup", label=label) for label in shown)
    return "\n".join((texts.say("line.followups"), *lines)) if shown else ""


def feedback(buttons: Sequence[Button], texts: Texts) -> str:
    """Asks whether it helped, with the words that may be typed."""
    shown = [button for button in buttons if words(button.label, LONGEST_LINE)][:_MOST_LINES]
    return texts.say("line.feedback", labels=_quoted(shown, texts)) if shown else ""


def _quoted(buttons: Iterable[Button], texts: Texts) -> str:
    return "".join(texts.say("line.quoted", label=words(button.label, LONGEST_LINE)) for button in buttons)


def _joined(*paragraphs: str) -> str:
    return _GAP.join(filter(None, paragraphs))
