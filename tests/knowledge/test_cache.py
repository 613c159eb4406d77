"""The built index is kept on disk: used where it fits, never where it does not."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import cache
from knowledge.library import Library, open_library
from tests.builders import SUBJECTS, KnowledgeFolder

QUESTION = f"{SUBJECTS[2]}について教えてください"
LONG_AGO = 1_000_000_000  # a file that still has this time was not written again

ANSWERS_WITHOUT_SCIKIT_LEARN = """
import sys
from pathlib import Path
from knowledge.library import open_library

library = open_library(Path(sys.argv[1]), Path(sys.argv[2]))
found = library.search(library.analyzer.analyze(sys.argv[3]))
print(library.entry_at(found[0].position).id, sorted({"sklearn", "scipy"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[KnowledgeFolder, Path]:
    """A small knowledge folder and the index file that was built from it, both to be left as they are."""
    root = tmp_path_factory.mktemp("knowledge")
    folder = KnowledgeFolder(root / "data", entries=12)
    open_library(root / "cache", folder.path)
    return folder, only_file(root / "cache")


@pytest.fixture
def folder(built: tuple[KnowledgeFolder, Path], tmp_path: Path) -> KnowledgeFolder:
    """A knowledge folder of the test's own."""
    return KnowledgeFolder(tmp_path / "data", entries=12)


@pytest.fixture
def cached(built: tuple[KnowledgeFolder, Path], tmp_path: Path) -> Path:
    """The index file of `folder`, built long ago, in a cache folder of the test's own."""
    path = tmp_path / "cache" / built[1].name
    path.parent.mkdir()
    shutil.copy(built[1], path)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def answer(library: Library) -> str:
    return library.entry_at(library.search(library.analyzer.analyze(QUESTION))[0].position).id


def test_what_was_built_once_is_used_again(
    folder: KnowledgeFolder, cached: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        library = open_library(cached.parent, folder.path)

    assert answer(library) == "sample-3"
    assert only_file(cached.parent).stat().st_mtime == LONG_AGO
    assert caplog.messages == []


def test_what_is_read_back_is_what_was_built(folder: KnowledgeFolder, cached: Path) -> None:
    fresh, stored = open_library(None, folder.path), open_library(cached.parent, folder.path)

    query = fresh.analyzer.analyze(QUESTION)
    assert stored.knowledge == fresh.knowledge
    assert stored.search(query) == fresh.search(query)


def test_answering_from_the_file_imports_nothing_that_only_training_needs(
    folder: KnowledgeFolder, cached: Path
) -> None:
    arguments = [str(cached.parent), str(folder.path), QUESTION]

    done = subprocess.run(
        [sys.executable, "-c", ANSWERS_WITHOUT_SCIKIT_LEARN, *arguments], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("sample-3 []\n", "")


def test_building_leaves_scikit_learn_out_of_the_process_that_answers(folder: KnowledgeFolder, tmp_path: Path) -> None:
    arguments = [str(tmp_path / "new"), str(folder.path), QUESTION]

    done = subprocess.run(
        [sys.executable, "-c", ANSWERS_WITHOUT_SCIKIT_LEARN, *arguments], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("sample-3 []\n", "")
    assert only_file(tmp_path / "new").suffix == ".npz"


def test_a_damaged_file_is_built_anew_with_a_word_in_the_log(
    folder: KnowledgeFolder, cached: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cached.write_bytes(cached.read_bytes()[:-100])
    os.utime(cached, (LONG_AGO, LONG_AGO))

    library = open_library(cached.parent, folder.path)

    assert answer(library) == "sample-3"
    assert [message for message in caplog.messages if "unreadable" in message and cached.name in message]
    assert only_file(cached.parent).stat().st_mtime > LONG_AGO


def test_changed_knowledge_gets_a_file_of_its_own_and_the_old_one_goes(folder: KnowledgeFolder, cached: Path) -> None:
    bystander = cached.parent / "sodan.db"
    bystander.write_bytes(b"conversations")
    folder.replace("entries/sample.yaml", "店舗の賃貸契約", "店舗の賃貸借契約")

    library = open_library(cached.parent, folder.path)

    assert library.knowledge.entries[2].question.startswith("店舗の賃貸借契約")
    assert not cached.exists()
    assert sorted(path.suffix for path in cached.parent.iterdir()) == [".db", ".npz"]


@pytest.mark.parametrize("name", ["topics.yaml", "offices.csv", "entries/sample.yaml", "regions.yaml"])
def test_every_curated_file_counts_for_the_name_of_the_index(folder: KnowledgeFolder, name: str) -> None:
    before = cache.digest(folder.path, None)
    folder.replace(name, "見本" if name == "topics.yaml" else "東京" if "entries" not in name else "手元", "別の")

    assert cache.digest(folder.path, None) != before


def test_development_questions_count_for_the_name_of_the_index(folder: KnowledgeFolder, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "q1", "text": "税金", "entries": ["sample-1"]}\n', encoding="utf-8")
    before = cache.digest(folder.path, questions)
    questions.write_text('{"id": "q1", "text": "税金", "entries": ["sample-2"]}\n', encoding="utf-8")

    assert len({before, cache.digest(folder.path, questions), cache.digest(folder.path, None)}) == 3


def test_a_cache_folder_that_cannot_be_written_only_costs_time(
    folder: KnowledgeFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be", encoding="utf-8")

    library = open_library(blocked / "cache", folder.path)

    assert answer(library) == "sample-3"
    assert any("could not be kept on disk" in message for message in caplog.messages)
    assert blocked.read_text(encoding="utf-8") == "a file where the folder should be"


@pytest.mark.parametrize("content", [b"", b"PK", b"not an index", b"\0" * 10_000])
def test_what_is_no_index_file_is_not_read(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "index-0.npz"
    path.write_bytes(content)

    assert cache.load(path) is None
    assert "index-0.npz is unreadable" in caplog.text


def test_an_index_of_another_shape_is_not_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "index-0.npz"
    np.savez(path, texts=np.frombuffer(b"\x81\xa5words\x01", dtype=np.uint8))

    assert cache.load(path) is None
    assert "index-0.npz is unreadable" in caplog.text


def test_a_missing_file_is_no_word_in_the_log_worth(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert cache.load(tmp_path / "index-0.npz") is None
    assert caplog.messages == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_noticed_or_harmless(cached: Path, data: st.DataObject) -> None:
    whole = cached.read_bytes()
    expected = cache.load(cached)
    assert expected
    place = data.draw(st.one_of(st.integers(0, len(whole) - 1), st.integers(len(whole) - 4_000, len(whole) - 1)))
    damaged = cached.with_name("damaged.npz")
    damaged.write_bytes(
        whole[:place] + bytes([whole[place] ^ (1 << data.draw(st.integers(0, 7)))]) + whole[place + 1 :]
    )

    loaded = cache.load(damaged)

    assert loaded is None or loaded[0] == expected[0]
