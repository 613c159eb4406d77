"""Every sentence that the bot and its pages speak, by key, read from one file."""

from collections.abc import Mapping
from pathlib import Path

from knowledge.errors import KnowledgeError, Problem
from knowledge.yamlfile import read_yaml

TEXTS_FILE = Path(__file__).parent / "texts.yaml"


class Texts:
    """Sentences by dotted key, with `{name}` places to fill."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = dict(sentences)

    def say(self, key: str, **values: object) -> str:
        """The sentence of `key` with its places filled. Raises KeyError for a key that the file does not have."""
        return self._sentences[key].format(**values)

    def section(self, name: str) -> dict[str, str]:
        """All sentences under `name.`, by the rest of their key, unfilled."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): text for key, text in self._sentences.items() if key.startswith(prefix)}


def load_texts(path: Path = TEXTS_FILE) -> Texts:
    """Reads the sentences.

    Raises:
        KnowledgeError: The file is not a two-level mapping of sentences.
    """
    file = read_yaml(path)
    sentences: dict[str, str] = {}
    for section, texts in file.content.items():
        if not isinstance(texts, dict):
            raise KnowledgeError([Problem(path, file.line((section,)), f"文の一覧がありません: {section}")])
        for key, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise KnowledgeError([Problem(path, file.line((section, key)), f"文がありません: {section}.{key}")])
            sentences[f"{section}.{key}"] = text.rstrip("\n")
    return Texts(sentences)
