"""The documents say what the code does: settings, commands, dependencies, routes, errors, tables and links."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import msgspec
import pytest
from fastapi.routing import iter_route_contexts

from bot.actions import Kind
from bot.decision import Action, Decision
from bot.engine import Engine
from bot.replies import Part
from connectors.app import create_api
from connectors.cli import sodan
from connectors.line.webhook import PATH as WEBHOOK_PATH
from connectors.runtime import build_runtime
from connectors.settings import Settings
from connectors.storage.schema import metadata
from knowledge.text.analyzer import WANTED

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
CURATING = (ROOT / "docs/curating.md").read_text(encoding="utf-8")
DEPENDENCIES = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_COMMAND = re.compile(r"(?:^|(?<=[\s`/]))sodan(?= )[^`\n]*")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)|src=\"([^\"]+)\"")
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")
_SHELL_OPERATORS = {"|", ">", "<", "&&", ";", "#"}


def table_rows(document: str) -> dict[str, list[str]]:
    """The rows of all tables by their first cell, without backticks."""
    rows = (
        [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")]
        for line in document.splitlines()
        if line.startswith("| ")
    )
    return {first: rest for first, *rest in rows}


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_stands_in_the_readme_with_its_default_and_meaning(name: str) -> None:
    field = Settings.model_fields[name]

    row = table_rows(README).get(f"SODAN_{name.upper()}")

    shown = str(field.default) if field.default else "(空)"
    assert row == [shown, field.description]


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"SODAN_[A-Z_]+", README))

    assert named <= {f"SODAN_{name.upper()}" for name in Settings.model_fields}


def commands_in(document: str) -> set[str]:
    """Every `sodan …` that stands in the code of a document."""
    return {hit.group() for code in _CODE.findall(document) for hit in _COMMAND.finditer(code)}


def words_of(command: str) -> list[str]:
    """The words of a command up to a shell operator."""
    words = shlex.split(command)
    ends = [position for position, word in enumerate(words) if word in _SHELL_OPERATORS]
    return words[1 : min(ends, default=len(words))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_exists_with_its_options(path: Path) -> None:
    for text in sorted(commands_in(path.read_text(encoding="utf-8"))):
        words, command = words_of(text), click.Command("")
        group: click.Command = sodan
        while isinstance(group, click.Group):
            assert words, f"{text}: a sub-command is missing"
            found = group.get_command(click.Context(group), words.pop(0))
            assert found, f"{text}: there is no such command"
            command = group = found
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        assert {word for word in words if word.startswith("--")} <= known, text


def leaves(group: click.Group, path: str) -> Iterator[str]:
    """The names of all commands that do something."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in leaves(sodan, "sodan") if name not in table_rows(README)] == []


def direct_dependencies() -> set[str]:
    """The names of what pyproject.toml and package.json ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = (wanted for wanted in project["optional-dependencies"].values())
    requirements = [*project["dependencies"], *(one for wanted in extras for one in wanted)]
    scripts = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    return {match.group() for one in requirements if (match := _REQUIREMENT.match(one))} | set(scripts)


def test_every_direct_dependency_has_its_reason() -> None:
    explained = {name for name, rest in table_rows(DEPENDENCIES).items() if rest and all(rest)}

    assert explained - {"パッケージ", "---"} == direct_dependencies()


def test_every_route_stands_in_the_architecture(cache_folder: Path, tmp_path: Path) -> None:
    settings = Settings(data_folder=cache_folder, database_url=f"sqlite:///{tmp_path / 'sodan.db'}")
    runtime = build_runtime(settings)
    app = create_api(runtime)
    runtime.database.close()

    paths = {context.path for context in iter_route_contexts(app.routes)} | {WEBHOOK_PATH}

    assert len(paths) > 5
    assert [path for path in paths if not re.search(rf"[` ]{re.escape(path or '?')}`", ARCHITECTURE)] == []


def test_every_problem_code_stands_in_the_architecture(engine: Engine) -> None:
    assert set(engine.texts.section("problem")) - set(table_rows(ARCHITECTURE)) == set()


def test_the_contracts_stand_in_the_architecture() -> None:
    """Actions, fields of a decision, kinds of parts and of buttons, and tables."""
    names = [
        *get_args(Action),
        *(part.__struct_config__.tag for part in get_args(Part)),
        *metadata.tables,
    ]
    fields = [f'"{field.encode_name}":' for field in msgspec.structs.fields(Decision)]

    assert [name for name in names if f"`{name}`" not in ARCHITECTURE] == []
    assert [field for field in fields if field not in ARCHITECTURE] == []
    assert [kind for kind in get_args(Kind) if not re.search(rf"`{kind}[`:]", ARCHITECTURE)] == []


def test_every_kind_of_answer_stands_in_the_curating_guide() -> None:
    assert set(WANTED) <= set(table_rows(CURATING))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    targets = [link or image for link, image in _LINK.findall(path.read_text(encoding="utf-8"))]

    assert [target for target in targets if not (path.parent / target).exists()] == []
