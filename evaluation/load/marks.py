"""Every message of the load carries a mark; what was said and seen is judged by it: lost, doubled, astray. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

Author = Literal["user", "expert"]
_WRITTEN = re.compile(r"\(#(\d+)-(user|expert)-(\d+)\)")


@dataclass(frozen=True, slots=True)
class Mark:
    """Names one message: whose chat it belongs to, who wrote it, and the how manieth of theirs it is."""

    chat: int
    author: Author
    number: int

    def __str__(self) -> str:
        """As it stands in the text of the message."""
        return f"(#{self.chat}-{self.author}-{self.number})"


def mark_in(text: str) -> Mark | None:
    """The mark that a text carries."""
    found = _WRITTEN.search(text)
    return Mark(int(found[1]), cast("Author", found[2]), int(found[3])) if found else None


@dataclass(slots=True)
class Said:
    """A message on its way; moments in seconds of one clock, None while it has not happened."""

    sent_at: float
    acknowledged_at: float | None = None
    seen_at: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of all messages.

    `lost` were acknowledged and are not on the other's screen or not in the log, `doubled` are there more than once;
    `astray` are marks found where they do not belong. The seconds are until the other's screen showed the message:
    those of users from sending and from the acknowledgement, those of experts from sending.
    """

    said: int
    lost: tuple[Mark, ...]
    doubled: tuple[Mark, ...]
    astray: tuple[Mark, ...]
    user_seconds: tuple[float, ...]
    user_seconds_acknowledged: tuple[float, ...]
    expert_seconds: tuple[float, ...]


class Record:
    """Takes down what happens to marked messages."""

    def __init__(self) -> None:
        self._said: dict[Mark, Said] = {}
        self._screens: Counter[Mark] = Counter()
        self._logs: Counter[Mark] = Counter()
        self._astray: list[Mark] = []

    def sent(self, mark: Mark, at: float) -> None:
        """It is being posted for the first time."""
        self._said[mark] = Said(at)

    def acknowledged(self, mark: Mark, at: float) -> None:
        """The server took it."""
        self._said[mark].acknowledged_at = at

    def shown(self, mark: Mark, chat: int, at: float) -> None:
        """The other one's screen of `chat` shows it."""
        if self._belongs(mark, chat):
            self._screens[mark] += 1
            said = self._said[mark]
            said.seen_at = at if said.seen_at is None else said.seen_at

    def logged(self, mark: Mark, chat: int) -> None:
        """It stands in the log of `chat`, which was read once at the end."""
        if self._belongs(mark, chat):
            self._logs[mark] += 1

    def verdict(self) -> Verdict:
        """What became of it all."""
        taken = [mark for mark, said in self._said.items() if said.acknowledged_at is not None]
        return Verdict(
            said=len(self._said),
            lost=tuple(mark for mark in taken if not self._screens[mark] or not self._logs[mark]),
            doubled=tuple(mark for mark in self._said if self._screens[mark] > 1 or self._logs[mark] > 1),
            astray=tuple(self._astray),
            user_seconds=self._seconds("user"),
            user_seconds_acknowledged=tuple(
                max(said.seen_at - said.acknowledged_at, 0.0)
                for said in self._live("user")
                if said.seen_at is not None and said.acknowledged_at is not None
            ),
            expert_seconds=self._seconds("expert"),
        )

    def _belongs(self, mark: Mark, chat: int) -> bool:
        if mark.chat == chat and mark in self._said:
            return True
        self._astray.append(mark)
        return False

    def _live(self, author: Author) -> Sequence[Said]:
        """Number 0 of a user is the question that waited in the queue: nobody's screen was open for it."""
        first = 1 if author == "user" else 0
        return [said for mark, said in self._said.items() if mark.author == author and mark.number >= first]

    def _seconds(self, author: Author) -> tuple[float, ...]:
        """A message that never came counts as an endless wait."""
        return tuple(
            float("inf") if said.seen_at is None else said.seen_at - said.sent_at for said in self._live(author)
        )
