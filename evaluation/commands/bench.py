"""`sodan bench`: speed and memory, with the goals in the same table."""

import tempfile
from pathlib import Path

import click


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
