"""Finds a font that can write Japanese on this machine, through fontconfig."""

import shutil
import subprocess
from typing import NamedTuple

WANTED = "sans-serif:lang=ja:weight=bold"
_FORMAT = "%{file}\n%{index}\n%{lang}"
_FACE_BITS = 0xFFFF  # fontconfig keeps the instance of a variable font in the bits above


class NoJapaneseFontError(Exception):
    """This machine has no font for Japanese, or no fontconfig to find it with."""

    def __init__(self) -> None:
        super().__init__(
            "日本語のフォントが見つかりません。apt-get install fonts-noto-cjk fontconfig で入れるか、--image で画像を渡してください"
        )


class FontFile(NamedTuple):
    """A font file and which of its faces."""

    path: str
    face: int


def japanese_font() -> FontFile:
    """The best bold font for Japanese.

    Raises:
        NoJapaneseFontError: There is none.
    """
    fc_match = shutil.which("fc-match")
    if fc_match is None:
        raise NoJapaneseFontError
    asked = [fc_match, "--format", _FORMAT, WANTED]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    path, _, rest = found.stdout.partition("\n")
    index, _, languages = rest.partition("\n")
    if not path or "ja" not in languages.split("|"):  # fc-match names its default font where none fits
        raise NoJapaneseFontError
    return FontFile(path, int(index or 0) & _FACE_BITS)
