"""Questions whose answers can be told apart, so that an answer names the question it belongs to."""

import datetime
import json
from dataclasses import dataclass

from bot.asking import ask
from bot.assembly import QUESTIONS_FILE
from bot.engine import Engine

MARK_LENGTH = 40  # characters from the start of an answer


@dataclass(frozen=True, slots=True)
class Question:
    """What a user writes, and how the answer to it begins."""

    text: str
    mark: str


def distinct_questions(engine: Engine) -> tuple[Question, ...]:
    """Development questions that are answered at once, one for each entry, no answer holding another's mark.

    An answer does not depend on the conversation before it (the engine offers or awaits nothing after one), so the
    same words get the same answer in whatever order they arrive.
    """
    now = datetime.datetime.now(datetime.UTC)
    answers: dict[str, str] = {}
    for line in QUESTIONS_FILE.read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        decision = ask(engine, text, now)
        if decision.action == "answer" and decision.text not in answers.values():
            answers[text] = decision.text
    marks = {text: answer.splitlines()[0][:MARK_LENGTH] for text, answer in answers.items()}
    return tuple(
        Question(text, mark) for text, mark in marks.items() if sum(mark in answer for answer in answers.values()) == 1
    )
