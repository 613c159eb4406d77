"""The `sodan` command: finds its sub-commands through the entry points `sodan.commands`, loading only the one asked."""

import sys
from importlib.metadata import entry_points
from typing import Any

import click

from knowledge.errors import KnowledgeError

GROUP = "sodan.commands"


class _EntryPointGroup(click.Group):
    """A command group whose members are entry points, so that packages need not import each other."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(entry_points(group=GROUP).names)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = entry_points(group=GROUP, name=cmd_name)
        command: Any = next(iter(found)).load() if found else None
        return command if isinstance(command, click.Command) else None


@click.group(cls=_EntryPointGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sodan")
def sodan() -> None:
    """経営相談チャット Sodan"""


def main() -> None:
    """Runs the command; what is wrong is one line on stderr and exit status 2."""
    try:
        status = sodan(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        where = f"{error.ctx.command_path}: " if isinstance(error, click.UsageError) and error.ctx else ""
        _fail(f"{where}{error.format_message()}")
    except KnowledgeError as error:
        _fail(str(error))
    except BrokenPipeError:
        sys.exit(0)
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str) -> None:
    click.echo(" ".join(message.split()), err=True)
    sys.exit(2)
