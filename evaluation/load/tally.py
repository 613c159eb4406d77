"""Judges a run: which questions were answered, which never, which twice. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.load.line_stand_in import Answer
from evaluation.load.traffic import Asked


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a run.

    `lost` are acknowledged questions without an answer, `doubled` questions with more than one, `astray` answers that
    belong to no question of their user; `seconds` is from the first post of each answered question to its answer.
    """

    asked: int
    acknowledged: int
    answered: int
    replies: int
    pushes: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    astray: tuple[Answer, ...]
    seconds: tuple[float, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every acknowledged question was answered exactly once."""
        return not (self.lost or self.doubled or self.astray)


def judge(asked: Sequence[Asked], answers: Sequence[Answer]) -> Tally:
    """Assigns every answer to the question of its user whose mark it holds; a reply also names the event itself."""
    of_user = defaultdict(list)
    for one in asked:
        of_user[one.user].append(one)
    received: Counter[str] = Counter()
    first_at: dict[str, float] = {}
    astray = []
    for answer in answers:
        found = _question(answer, of_user[answer.user])
        if found is None:
            astray.append(answer)
            continue
        received[found.event_id] += 1
        first_at.setdefault(found.event_id, answer.at)
    return Tally(
        asked=len(asked),
        acknowledged=sum(one.is_acknowledged for one in asked),
        answered=len(received),
        replies=sum(answer.via == "reply" for answer in answers),
        pushes=sum(answer.via == "push" for answer in answers),
        lost=tuple(one.event_id for one in asked if one.is_acknowledged and not received[one.event_id]),
        doubled=tuple(event_id for event_id, count in received.items() if count > 1),
        astray=tuple(astray),
        seconds=tuple(first_at[one.event_id] - one.posted_at for one in asked if one.event_id in first_at),
    )


def _question(answer: Answer, asked: Iterable[Asked]) -> Asked | None:
    words = answer.words()
    fitting = (one for one in asked if one.mark in words and answer.event_id in {"", one.event_id})
    return next(fitting, None)
