"""The strings behind buttons. They are stored on users' phones, so their meaning never changes.

`entry:ID` wants that entry; `prefecture:CODE` names a prefecture (JIS number); `desk:ID` wants an institution's
desk; `rate:1` to `rate:5` say how a consultation was; `connect` and `promise` take up the offer of a person,
`cancel-handoff` declines it or leaves the queue, `end` ends the talk with the expert; the others speak for themselves.
"""

from dataclasses import dataclass
from typing import Literal, cast, get_args

Kind = Literal[
    "entry", "prefecture", "desk", "none", "solved", "unsolved", "person",
    "connect", "promise", "cancel-handoff", "end", "rate", "no-comment",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped button: what kind, and of what."""

    kind: Kind
    target: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.target}" if self.target else self.kind


def parse_action(action: str) -> Tap | None:
    """The tap behind an action string; None where it is none of ours."""
    kind, _, target = action.partition(":")
    if kind not in get_args(Kind):
        return None
    return Tap(cast("Kind", kind), target)
