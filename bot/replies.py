"""A decision put into channel-neutral parts, in the order in which a person reads them.

Connectors render the parts (web page, LINE messages, terminal); none of them looks at the decision for that.
"""

from msgspec import Struct

from bot.decision import Contact, Decision, InstitutionShown, ProgramShown, SourceShown
from bot.texts import Texts
from knowledge.model import KnowledgeBase


class Button(Struct, frozen=True):
    """Words to tap and the action they send."""

    label: str
    action: str


class TextPart(Struct, frozen=True, tag="text"):
    """Paragraphs, one a line; lines that begin with ・ are a list."""

    text: str


class SpeakerPart(Struct, frozen=True, tag="speaker"):
    """Who speaks, where it is a person; `quote` is the channel's token of the message that is answered."""

    name: str
    quote: str = ""


class _Buttons(Struct, frozen=True):
    items: tuple[Button, ...]


class CandidatesPart(_Buttons, frozen=True, tag="candidates"):
    """Numbered questions to pick from; the one without an entry behind it is "none of these"."""


class ChoicesPart(_Buttons, frozen=True, tag="choices"):
    """Short answers to what the bot asked."""


class FollowupsPart(_Buttons, frozen=True, tag="followups"):
    """What the user may want to know next."""


class FeedbackPart(_Buttons, frozen=True, tag="feedback"):
    """Whether the answer helped."""


class ProgramsPart(Struct, frozen=True, tag="programs"):
    """Programmes that fit."""

    items: tuple[ProgramShown, ...]


class InstitutionsPart(Struct, frozen=True, tag="institutions"):
    """Institutions that help."""

    items: tuple[InstitutionShown, ...]


class ContactsPart(Struct, frozen=True, tag="contacts"):
    """Desks with telephone numbers."""

    items: tuple[Contact, ...]


class SourcesPart(Struct, frozen=True, tag="sources"):
    """Where the answer stands."""

    items: tuple[SourceShown, ...]


Part = (
    TextPart
    | CandidatesPart
    | ChoicesPart
    | FollowupsPart
    | FeedbackPart
    | ProgramsPart
    | InstitutionsPart
    | ContactsPart
    | SourcesPart
    | SpeakerPart
)


class Reply(Struct, frozen=True):
    """What the bot says back, part by part."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The words of it, for transcripts and screens that show nothing else."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))


def compose(decision: Decision, knowledge: KnowledgeBase, texts: Texts) -> Reply:
    """Puts a decision into parts; parts without content are left out."""
    parts: list[Part] = [TextPart(decision.text)] if decision.text else []
    if decision.contacts:
        parts.append(ContactsPart(decision.contacts))
    if decision.programs:
        parts.append(ProgramsPart(decision.programs))
    if decision.institutions:
        parts.append(InstitutionsPart(decision.institutions))
    if decision.sources:
        parts.append(SourcesPart(decision.sources))
    return Reply((*parts, *_buttons(decision, knowledge, texts)))


def _buttons(decision: Decision, knowledge: KnowledgeBase, texts: Texts) -> list[Part]:
    choices = tuple(Button(choice.label, choice.value) for choice in decision.choices)
    if decision.action == "answer":
        followups = tuple(
            Button(question, f"entry:{knowledge.entry_asking[question].id}") for question in decision.followups
        )
        feedback = tuple(Button(texts.say(f"button.{name}"), name) for name in ("solved", "unsolved"))
        return [FollowupsPart(followups), FeedbackPart(feedback)] if followups else [FeedbackPart(feedback)]
    if decision.candidates:
        offered = tuple(Button(shown.question, f"entry:{shown.entry_id}") for shown in decision.candidates)
        none = tuple(button for button in choices if button.action == "none")
        rest = tuple(button for button in choices if button.action != "none")
        return [CandidatesPart((*offered, *none)), *([ChoicesPart(rest)] if rest else [])]
    return [ChoicesPart(choices)] if choices else []
