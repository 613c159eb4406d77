"""`sodan bench`: speed and memory, with the goals in the same table."""

import asyncio
import signal
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from evaluation.benchmarks.table import Figure
    from evaluation.load.questions import Question

DATA_FOLDER = Path("var")  # where the search index lies already, and on whose disk the databases of a real service lie
KILLS, KILLS_QUICK = 50, 5


def _databases(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what is measured on more than SQLite."""
    redis = click.option(
        "--redis", metavar="URL", default="redis://127.0.0.1:6379/0", show_default=True, help="--postgres と使う Redis"
    )
    return click.option("--postgres", metavar="URL", default="", help="PostgreSQL でも測る(空のスキーマを作って消す)")(
        redis(command)
    )


@click.group()
def bench() -> None:
    """速さとメモリを測る(目標に届かなければ終了コード1)"""


@bench.command()
@click.option("--quick", is_flag=True, help="40秒以内で終える")
def search(quick: bool) -> int:
    """判断の速さを bm25s と並べて測る"""
    from evaluation.benchmarks.search import measure
    from evaluation.benchmarks.table import show

    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), rounds=2 if quick else 10)
    return 0 if show("検索と判断", figures) else 1


@bench.command()
@click.option("--quick", is_flag=True, help="40秒以内で終える")
@_databases
def line(quick: bool, postgres: str, redis: str) -> int:
    """LINE の受け付けと答えの速さを、素のアプリと並べて測る"""
    from evaluation.benchmarks.line import LONG, QUICK, Bench, has_worker_command, measure
    from evaluation.benchmarks.table import show

    if postgres and not has_worker_command():
        click.echo("sodan worker がこの版にはないので、PostgreSQL の測定は飛ばします")
        postgres = ""
    with _prepared() as (folder, questions):
        duration = QUICK if quick else LONG
        figures = _ran(measure(Bench(folder, DATA_FOLDER, questions, duration, postgres, redis)))
    return 0 if show("LINE", figures) else 1


@bench.command()
@click.option("--quick", is_flag=True, help=f"kill を{KILLS_QUICK}回にする(ふつうは{KILLS}回)")
@_databases
def chaos(quick: bool, postgres: str, redis: str) -> int:
    """負荷をかけながら kill -9 を繰り返し、失った答えと二重の答えを数える"""
    from evaluation.benchmarks.chaos import Chaos, wreak
    from evaluation.benchmarks.table import show

    with _prepared() as (folder, questions):
        kills = KILLS_QUICK if quick else KILLS
        figures = _ran(wreak(Chaos(folder, DATA_FOLDER, questions, kills, quick, postgres, redis)))
    return 0 if show("kill -9 の嵐", figures) else 1


@bench.command()
@click.option("--quick", is_flag=True, help="少ない人数で、40秒以内に終える")
@_databases
def experts(quick: bool, postgres: str, redis: str) -> int:
    """専門家50人に相談者500人を割り当て、やりとりの速さと、失った・二重のメッセージを数える"""
    from evaluation.benchmarks.experts import LONG, QUICK, Bench, measure
    from evaluation.benchmarks.table import show

    with _prepared() as (folder, _):
        figures = _ran(measure(Bench(folder, DATA_FOLDER, QUICK if quick else LONG, postgres, redis)))
    return 0 if show("専門家の相談", figures) else 1


def _ran(measuring: "Coroutine[Any, Any, list[Figure]]") -> "list[Figure]":
    """Runs it to its end; asked to stop (SIGTERM), it ends what it started before it ends itself."""

    async def stoppable() -> "list[Figure]":
        task = asyncio.ensure_future(measuring)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError as error:
        raise click.Abort from error


@contextmanager
def _prepared() -> "Iterator[tuple[Path, tuple[Question, ...]]]":
    """A folder that vanishes, and the questions to ask; builds the search index where there is none."""
    from bot.assembly import build_engine
    from evaluation.load.processes import NotStartedError
    from evaluation.load.questions import distinct_questions

    DATA_FOLDER.mkdir(exist_ok=True)
    questions = distinct_questions(build_engine(DATA_FOLDER))
    with tempfile.TemporaryDirectory(prefix="bench-", dir=DATA_FOLDER) as folder:
        try:
            yield Path(folder).resolve(), questions
        except NotStartedError as error:
            raise click.ClickException(f"始められなかったプロセスがあります: {error}") from error
