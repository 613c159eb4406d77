"""`sodan chat`: a conversation in the terminal, with history and candidates to pick."""

import datetime

import click
from rich.console import Console
from rich.panel import Panel
from rich.prompt import Prompt

from bot.assembly import build_engine
from bot.conversation import State, Utterance
from bot.replies import (
    CandidatesPart,
    ChoicesPart,
    ContactsPart,
    FeedbackPart,
    FollowupsPart,
    InstitutionsPart,
    Part,
    ProgramsPart,
    SourcesPart,
    TextPart,
)
from connectors.settings import read_settings

_LEAVE = {"/quit", "/exit", "/q"}


@click.command()
def chat() -> None:
    """端末で相談する(番号で選べます。/q で終わり)"""
    _with_history()
    console = Console()
    engine = build_engine(read_settings().data_folder)
    console.print(Panel(engine.texts.say("smalltalk.greeting"), title="Sodan"))
    state, buttons = State(), dict[str, tuple[str, str]]()
    while True:
        try:
            said = Prompt.ask("[bold]あなた[/bold]", console=console)
        except (EOFError, KeyboardInterrupt):
            return
        if said.strip() in _LEAVE:
            return
        label, action = buttons.get(said.strip(), (said, ""))
        turn = engine.turn(
            state, Utterance(label, action=action, channel="terminal"), datetime.datetime.now(datetime.UTC)
        )
        state, buttons = turn.state, {}
        for part in turn.reply.parts:
            _show(console, part, buttons)


def _with_history() -> None:
    """Line editing and history for the prompt, where the platform has it."""
    try:
        import readline
    except ImportError:
        return
    readline.set_history_length(200)


def _show(console: Console, part: Part, buttons: dict[str, tuple[str, str]]) -> None:
    """Prints a part; buttons get numbers that may be typed."""
    match part:
        case TextPart(text=text):
            console.print(Panel(text, border_style="blue"))
        case (
            CandidatesPart(items=items)
            | ChoicesPart(items=items)
            | FollowupsPart(items=items)
            | FeedbackPart(items=items)
        ):
            for item in items:
                number = str(len(buttons) + 1)
                buttons[number] = (item.label, item.action)
                console.print(f"  [bold]{number}[/bold]. {item.label}")
        case ContactsPart(items=contacts):
            for contact in contacts:
                console.print(f"  [bold]{contact.office}[/bold]  {contact.tel}  {contact.address}")
        case ProgramsPart(items=programs):
            for program in programs:
                console.print(f"  施策 [bold]{program.name}[/bold] {program.reason}")
        case InstitutionsPart(items=institutions):
            for institution in institutions:
                console.print(f"  機関 [bold]{institution.name}[/bold] {institution.reason}")
        case SourcesPart(items=sources):
            for source in sources:
                console.print(f"  [dim]出典 {source.title} {source.at} {source.as_of}[/dim]")
