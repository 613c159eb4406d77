"""What is left of texts that hold a user's words, once the user took the words back. Pure."""

import re

from bot.reception import LONGEST_QUESTION

_QUOTED = re.compile(r"「(.*)」", re.DOTALL)


def without(question: str, said: str) -> str:
    """`question`, which is made of a user's messages line by line, without the message `said` (cut where it was)."""
    begins = (0, *(match.end() for match in re.finditer("\n", question)))
    for begin in begins:
        rest = question[begin:]
        if rest == said or rest.startswith(f"{said}\n"):
            return f"{question[:begin]}{rest[len(said) + 1 :]}".strip()
        if len(question) == LONGEST_QUESTION and said.startswith(rest):
            return question[:begin].strip()
    return question


def unquoted(text: str, said: str, words: str) -> str:
    """A text that quotes the user's question, without `said` in it; `words` stand where nothing of it is left."""
    quoted = _QUOTED.search(text)
    if quoted is None:
        return text
    begin, end = quoted.span(1)
    left = without(quoted[1], said)
    return text if left == quoted[1] else f"{text[:begin]}{left or words}{text[end:]}"
