"""What an utterance was understood to be."""

from typing import Literal

from msgspec import Struct

from knowledge.text.analyzer import Analysis

IntentName = Literal[
    "question", "crisis", "wants_person", "none_of_these", "solved", "unsolved",
    "thanks", "goodbye", "greeting", "capability", "out_of_scope", "end", "leave", "place", "yes", "no",
]  # fmt: skip


class Slots(Struct, frozen=True):
    """Facts said in passing; empty where nothing was said.

    `prefectures` has more than one name where a place name lies in several (府中).
    """

    prefectures: tuple[str, ...] = ()
    place: str = ""


class Understanding(Struct, frozen=True):
    """An utterance with its analysis, the intent behind it and the slots found in it."""

    analysis: Analysis
    intent: IntentName
    slots: Slots
