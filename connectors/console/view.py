"""What one expert is told of the board: the whole at first, then what differs from what was told before."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from connectors.console.access import public_user
from connectors.console.board import Row
from connectors.console.watching import Picture
from connectors.people.model import User


class View:
    """The board as one page shows it."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._rows: dict[int, Row] = {}
        self._facts: Mapping[str, object] = {}

    def news(self, picture: Picture, version: int) -> dict[str, Any] | None:
        """The event that brings the page up to `picture`; None where it shows all of it already."""
        rows = picture.board.of(self._user.id)
        me = public_user(picture.people.get(self._user.id, self._user))
        facts = {"me": me, "hours": picture.hours, "queue": picture.board.queue}
        changed = [_encoded(row) for number, row in rows.items() if not _is_same(self._rows.get(number), row)]
        gone = [number for number in self._rows if number not in rows]
        moved = {name: fact for name, fact in facts.items() if self._facts.get(name) != fact}
        is_first = not self._facts
        self._rows, self._facts = rows, facts
        if not (changed or gone or moved):
            return None
        return {"full": is_first, "version": version, "rows": changed, "gone": gone, "now": picture.at, **moved}


def _is_same(known: Row | None, row: Row) -> bool:
    return known is row or known == row


@lru_cache(maxsize=2_000)  # what changes is told to all experts in the same moment
def _encoded(row: Row) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row))
