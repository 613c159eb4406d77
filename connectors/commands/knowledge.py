"""`sodan knowledge`: checks and counts the curated data."""

import datetime
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from bot.assembly import QUESTIONS_FILE
from connectors.settings import read_settings
from knowledge.errors import KnowledgeError
from knowledge.library import Library, open_library
from knowledge.loading import DATA_FOLDER, load_knowledge
from knowledge.model import KnowledgeBase
from knowledge.review import review

_folder = click.option(
    "--folder", type=click.Path(path_type=Path), default=DATA_FOLDER, help="知識データのフォルダ(既定は同梱のもの)"
)


@click.group()
def knowledge() -> None:
    """知識ベース(Q&A・施策・支援機関・窓口)を調べる"""


@knowledge.command()
@_folder
def check(folder: Path) -> int:
    """すべての規則を確かめる(誤りがあれば終了コード2)"""
    try:
        shipped = folder == DATA_FOLDER
        cache_folder = read_settings().data_folder if shipped else None  # where the server keeps its index, too
        library = open_library(cache_folder, folder, QUESTIONS_FILE if shipped else None)
    except KnowledgeError as error:
        for problem in error.problems:
            click.echo(str(problem))
        click.echo(str(error), err=True)
        return 2
    return _report(library)


def _report(library: Library) -> int:
    month = datetime.datetime.now(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m")
    findings = list(review(library, month))
    for finding in findings:
        click.echo(f"{'誤り' if finding.kind == 'error' else '注意'} {finding.entry_id}: {finding.message}")
    errors = [finding for finding in findings if finding.kind == "error"]
    if errors:
        first = f"{errors[0].entry_id}: {errors[0].message}"
        click.echo(f"{first} (誤りは合わせて{len(errors)}件)", err=True)
        return 2
    click.echo(f"問題ありません: Q&A {len(library.knowledge.entries)}件(注意 {len(findings)}件)")
    return 0


@knowledge.command()
@_folder
def stats(folder: Path) -> None:
    """件数を分野ごとに数える"""
    loaded = load_knowledge(folder)
    console = Console()
    console.print(_topic_table(loaded))
    console.print(_directory_table(loaded))


def _topic_table(loaded: KnowledgeBase) -> Table:
    table = Table("分野", title="Q&A")
    for heading in ("Q&A", "言い換え", "出典", "施策"):
        table.add_column(heading, justify="right")
    for topic in loaded.topics:
        entries = [entry for entry in loaded.entries if entry.topic == topic.id]
        if entries:
            table.add_row(
                topic.label,
                str(len(entries)),
                str(sum(len(entry.variants) for entry in entries)),
                str(len({citation.doc for entry in entries for citation in entry.sources})),
                str(len({program for entry in entries for program in entry.programs})),
            )
    table.add_section()
    table.add_row("合計", str(len(loaded.entries)), str(sum(len(e.variants) for e in loaded.entries)))
    return table


def _directory_table(loaded: KnowledgeBase) -> Table:
    table = Table("種類", title="施策・支援機関・窓口")
    table.add_column("件数", justify="right")
    table.add_row("施策", str(len(loaded.programs)))
    table.add_row("支援機関", str(len(loaded.institutions)))
    for institution, count in Counter(office.institution for office in loaded.offices).most_common():
        table.add_row(f"窓口: {loaded.institution[institution].name}", str(count))
    return table
