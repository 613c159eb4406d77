"""Desks, programmes and institutions as cards in one Flex bubble. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.decision import Contact, InstitutionShown, ProgramShown
from bot.texts import Texts
from connectors.line import flex
from connectors.line.counting import wire_bytes
from connectors.line.limits import LARGEST_BUBBLE, LONGEST_ALT_TEXT, shorten_utf16
from connectors.line.taps import Json, call, open_page, words

LONGEST_NAME = 100  # UTF-16 units
LONGEST_NOTE = 240  # UTF-16 units
MOST_CARDS = 12  # real replies have at most nine


@dataclass(frozen=True, slots=True)
class Card:
    """One thing on a card: under which heading, its components, and how it is said in words."""

    heading: str
    components: tuple[Json, ...]
    spoken: str


def contact_card(contact: Contact, texts: Texts) -> Card:
    """A desk with its address and a button that calls it."""
    office, tel = words(contact.office, LONGEST_NAME), words(contact.tel, LONGEST_NAME)
    shown_tel = texts.say("line.call", tel=tel) if tel else ""
    action = call(tel, shown_tel)
    lines = _lines(office, _place(contact), "" if action else shown_tel)
    buttons = (flex.button(action),) if action else ()
    spoken = texts.say("line.alt_contact", office=office, tel=tel) if office and tel else office or tel
    return Card(texts.say("line.contacts"), (*lines, *buttons), spoken)


def program_card(program: ProgramShown, texts: Texts) -> Card:
    """A programme with one line why it fits and a link to its page."""
    name = words(program.name, LONGEST_NAME)
    action = open_page(program.url, texts.say("line.open"))
    buttons = (flex.button(action, primary=False),) if action else ()
    lines = _lines(name, words(program.reason, LONGEST_NOTE))
    return Card(texts.say("line.programs"), (*lines, *buttons) if lines else (), name)


def institution_card(institution: InstitutionShown, texts: Texts) -> Card:
    """An institution with one line what it does."""
    name = words(institution.name, LONGEST_NAME)
    return Card(texts.say("line.institutions"), _lines(name, words(institution.reason, LONGEST_NOTE)), name)


def cards_message(cards: Sequence[Card], texts: Texts) -> Json | None:
    """One Flex message of all cards that fit, with the number of those that do not; None without cards."""
    shown = [card for card in cards if card.components]
    if not shown:
        return None
    most = next(n for n in range(min(len(shown), MOST_CARDS), 0, -1) if n == 1 or _fits(_bubble(shown, n, texts)))
    return flex.message(_spoken(shown, texts), _bubble(shown, most, texts))


def _fits(bubble: Json) -> bool:
    return wire_bytes(bubble) <= LARGEST_BUBBLE


def _bubble(cards: Sequence[Card], most: int, texts: Texts) -> Json:
    contents: list[Json] = []
    heading = ""
    for card in cards[:most]:
        if contents:
            contents.append(flex.separator())
        if card.heading != heading:
            contents.append(flex.text(card.heading, size="sm", color=flex.QUIET, bold=True))
        heading = card.heading
        contents.append(flex.column(card.components, spacing="sm"))
    if left_out := len(cards) - most:
        contents.append(flex.text(texts.say("line.more", count=left_out), size="sm", color=flex.QUIET))
    return flex.bubble(contents)


def _lines(name: str, *notes: str) -> tuple[Json, ...]:
    named = (flex.text(name, bold=True),) if name else ()
    return (*named, *(flex.text(note, size="sm", color=flex.QUIET) for note in notes if note))


def _place(contact: Contact) -> str:
    """The address; most begin with the prefecture already."""
    address, prefecture = words(contact.address, LONGEST_NOTE), words(contact.prefecture, LONGEST_NAME)
    return address if prefecture in address else f"{prefecture} {address}".strip()


def _spoken(cards: Sequence[Card], texts: Texts) -> str:
    said: dict[str, list[str]] = {}
    for card in cards:
        said.setdefault(card.heading, []).extend([card.spoken] if card.spoken else [])
    comma = texts.say("line.alt_separator")
    sections = (
        texts.say("line.alt_section", heading=heading, items=comma.join(items)) if items else heading
        for heading, items in said.items()
    )
    return shorten_utf16("\n".join(sections), LONGEST_ALT_TEXT)
