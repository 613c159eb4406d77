"""What was found for a text before its turn."""

from msgspec import Struct

from intents.model import Understanding
from knowledge.search import Candidate


class Found(Struct, frozen=True):
    """What a text means, and the entries nearest to it, surest first; None where nobody has looked for entries."""

    understood: Understanding
    candidates: tuple[Candidate, ...] | None
