"""The process that looks for answers: finds the same as the engine, and may die without anybody noticing but the log."""

import multiprocessing
from collections.abc import Iterator

import pytest

from bot.engine import Engine
from connectors.lookout import Lookout

TEXTS = ["経営セーフティ共済はいくらまで借りられますか", "こんにちは", "", "\ud83d", "カレーのレシピ", "あ" * 2_000]


@pytest.fixture
def lookout(engine: Engine) -> Iterator[Lookout]:
    made = Lookout(engine)
    yield made
    made.close()


def test_it_finds_what_the_engine_finds(engine: Engine, lookout: Lookout) -> None:
    first, later = TEXTS[:2], TEXTS[1:]

    assert lookout.look(first, later) == {text: engine.look(text) for text in first}
    assert lookout.look(later) == {text: engine.look(text) for text in later}
    assert lookout.look([]) == {}


def test_without_its_process_nothing_is_found_and_nothing_fails(
    lookout: Lookout, caplog: pytest.LogCaptureFixture
) -> None:
    for process in multiprocessing.active_children():
        process.kill()
        process.join()

    assert [lookout.look(TEXTS), lookout.look(TEXTS)] == [{}, {}]
    assert caplog.text.count("more slowly") == 1


def test_its_process_ends_with_it(engine: Engine) -> None:
    before = set(multiprocessing.active_children())
    lookout = Lookout(engine)

    lookout.close()
    lookout.close()

    assert set(multiprocessing.active_children()) <= before
