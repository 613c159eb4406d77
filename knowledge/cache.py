"""Keeps the built index on disk, under a digest of everything it was made from.

A file that is missing, damaged or made from other knowledge or other code is never used: it is built anew.
"""

import contextlib
import hashlib
import logging
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from knowledge.index import Index, Vocabulary
from knowledge.latent import LatentSpace
from knowledge.model import KnowledgeBase
from knowledge.postings import Postings
from knowledge.search import Model

logger = logging.getLogger(__name__)

# What zipfile, zlib, numpy and msgspec raise on bytes that are not what was saved.
_UNREADABLE = (
    OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, msgspec.DecodeError,
)  # fmt: skip
_CODE_FOLDER = Path(__file__).parent
_MADE_WITH = ("fugashi", "unidic-lite", "numpy", "scipy", "scikit-learn")
_POSTINGS = ("entry_words", "entry_grams", "answer_words", "utterance_words", "utterance_grams")

_SPACES = ("latent_words", "latent_grams")


class _Texts(msgspec.Struct):
    """Everything of an index file that is not an array."""

    knowledge: KnowledgeBase
    words: list[str]
    grams: list[str]
    unseen: tuple[float, float]
    texts: list[str]
    concepts: list[tuple[str, ...]]
    subjects: list[tuple[str, ...]]
    numbers: list[tuple[str, ...]]
    sizes: dict[str, int]
    model: tuple[float, float, float, float, float]
    found: dict[str, float]


def digest(folder: Path, questions: Path | None) -> str:
    """A digest of the curated files, of the labelled questions, of this package's code and of the versions that shape the index."""
    state = hashlib.sha256(" ".join(f"{name}={version(name)}" for name in _MADE_WITH).encode())
    for path in (*_files(folder, ""), *_files(_CODE_FOLDER, ".py"), *([questions] if questions else [])):
        state.update(path.name.encode() + b"\0" + path.read_bytes())
    return state.hexdigest()[:24]


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob(f"*{suffix}") if path.is_file() and "__pycache__" not in path.parts)


def save(path: Path, knowledge: KnowledgeBase, index: Index, model: Model) -> None:
    """Writes the file whole or not at all (a rename ends it). Raises OSError where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **_arrays(knowledge, index, model))
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _arrays(knowledge: KnowledgeBase, index: Index, model: Model) -> dict[str, Any]:
    texts = _Texts(
        knowledge=msgspec.structs.replace(knowledge, phrases=()),  # the index holds all there is to know of them
        words=list(index.words.numbers),
        grams=list(index.grams.numbers),
        unseen=(index.words.unseen_idf, index.grams.unseen_idf),
        texts=index.texts,
        concepts=index.concepts,
        subjects=index.subjects,
        numbers=index.numbers,
        sizes={name: getattr(index, name).size for name in _POSTINGS},
        model=(model.bias, model.slope, model.offset, model.answer_threshold, model.choose_threshold),
        found=model.found,
    )
    arrays: dict[str, Any] = {"texts": np.frombuffer(msgspec.msgpack.encode(texts), dtype=np.uint8)}
    for name in _POSTINGS:
        postings: Postings = getattr(index, name)
        arrays |= {f"{name}_{part}": getattr(postings, part) for part in ("starts", "documents", "weights")}
    arrays |= {
        "starts": index.starts,
        "mass": index.mass,
        "wants": index.wants,
        "words_idf": index.words.idf,
        "grams_idf": index.grams.idf,
        "topics": index.topics,
        "curated": index.curated,
        "negated": index.negated,
        "weights": model.weights,
    }
    for name in _SPACES:
        space: LatentSpace = getattr(index, name)
        arrays |= {f"{name}_directions": space.directions, f"{name}_places": space.places}
    return arrays


def load(path: Path) -> tuple[KnowledgeBase, Index, Model] | None:
    """Reads an index file; None where there is none, or where it cannot be read (with a log line saying so)."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as stream:
            _check(stream)
            with np.load(stream, allow_pickle=False) as arrays:
                return _read(arrays)
    except _UNREADABLE as error:
        logger.warning("index file %s is unreadable and will be built anew: %s", path.name, error)
        return None


def _check(stream: BinaryIO) -> None:
    """Compares all checksums: numpy stops before them where a damaged header asks for fewer bytes."""
    with zipfile.ZipFile(stream) as archive:
        if member := archive.testzip():
            raise zipfile.BadZipFile(member)
    stream.seek(0)


def _read(arrays: Any) -> tuple[KnowledgeBase, Index, Model]:
    texts = msgspec.msgpack.decode(arrays["texts"].tobytes(), type=_Texts)
    postings = {
        name: Postings(
            starts=arrays[f"{name}_starts"],
            documents=arrays[f"{name}_documents"],
            weights=arrays[f"{name}_weights"],
            size=texts.sizes[name],
        )
        for name in _POSTINGS
    }
    index = Index(
        words=Vocabulary(_numbered(texts.words), arrays["words_idf"], texts.unseen[0]),
        grams=Vocabulary(_numbered(texts.grams), arrays["grams_idf"], texts.unseen[1]),
        **postings,
        starts=arrays["starts"],
        mass=arrays["mass"],
        negated=arrays["negated"],
        wants=arrays["wants"],
        texts=texts.texts,
        concepts=texts.concepts,
        subjects=texts.subjects,
        numbers=texts.numbers,
        curated=arrays["curated"],
        topics=arrays["topics"],
        latent_words=_space(arrays, "latent_words"),
        latent_grams=_space(arrays, "latent_grams"),
    )
    return texts.knowledge, index, Model(arrays["weights"], *texts.model, texts.found)


def _space(arrays: Any, name: str) -> LatentSpace:
    return LatentSpace(arrays[f"{name}_directions"], arrays[f"{name}_places"])


def _numbered(terms: list[str]) -> dict[str, int]:
    return {term: number for number, term in enumerate(terms)}
