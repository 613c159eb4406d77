"""The picture of the rich menu: drawn here, or an operator's own that LINE will take."""

import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from connectors.line import flex
from connectors.line.fonts import FontFile, NoJapaneseFontError, japanese_font
from connectors.line.limit_richmenu import LARGEST_IMAGE, LEAST_HEIGHT, LEAST_RATIO, WIDTHS
from connectors.line.menu_cells import CELLS, Cell, boxes
from connectors.line.menu_icons import ICONS, icon

WIDTH, HEIGHT = 2500, 1686  # LINE's largest size with two rows
_COLOURS = 64  # of the palette: three colours and the shades between them
_TITLE, _CAPTION, _ICON = 94, 72, 250  # pixels; a phone shows them at about a seventh
_ICON_AT, _TITLE_AT, _CAPTION_AT = 0.34, 0.645, 0.79  # of a cell's height, to their middle
_RULE_WIDTH = 4
_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


class MenuPictureError(Exception):
    """A file is no picture that LINE takes for a rich menu."""


class Picture(NamedTuple):
    """A picture as it is uploaded."""

    content: bytes
    media_type: str
    width: int
    height: int


def draw_menu() -> Picture:
    """The six cells as a PNG.

    Raises:
        NoJapaneseFontError: This machine has no font for Japanese.
    """
    font = japanese_font()
    image = Image.new("RGB", (WIDTH, HEIGHT), flex.PAPER)
    for cell, box in zip(CELLS, boxes(WIDTH, HEIGHT), strict=True):
        _draw_cell(image, cell, box, font)
    buffer = io.BytesIO()
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return Picture(buffer.getvalue(), _MEDIA_TYPES["PNG"], WIDTH, HEIGHT)


def _draw_cell(image: Image.Image, cell: Cell, box: tuple[int, int, int, int], font: FontFile) -> None:
    left, top, right, bottom = box
    paper, ink, quiet = (flex.KEY, flex.PAPER, flex.PAPER) if cell.is_main else (flex.PAPER, flex.KEY, flex.INK)
    draw = ImageDraw.Draw(image)
    draw.rectangle((left, top, right - 1, bottom - 1), fill=paper, outline=flex.RULE, width=_RULE_WIDTH // 2)
    middle, height = (left + right) // 2, bottom - top
    draw.text((middle, top + height * _TITLE_AT), cell.title, fill=ink, font=_sized(font, _TITLE), anchor="mm")
    draw.text((middle, top + height * _CAPTION_AT), cell.caption, fill=quiet, font=_sized(font, _CAPTION), anchor="mm")
    corner = (middle - _ICON // 2, top + round(height * _ICON_AT) - _ICON // 2)
    image.paste(ink, corner, icon(ICONS[cell.icon], _ICON))


def _sized(font: FontFile, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(font.path, size, index=font.face)
    except OSError as error:  # a kind of font that FreeType cannot scale
        raise NoJapaneseFontError from error


def read_picture(path: Path) -> Picture:
    """An operator's own picture, within LINE's limits (LINE reference, "Requirements for rich menu image").

    Raises:
        MenuPictureError: It is not.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MenuPictureError(f"{path}: 読めません: {error.strerror}") from error
    if len(content) > LARGEST_IMAGE:
        raise MenuPictureError(f"{path}: {len(content):,}バイトあります。{LARGEST_IMAGE:,}バイトまでにしてください")
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_MEDIA_TYPES)) as image:
            picture = Picture(content, _MEDIA_TYPES[str(image.format)], image.width, image.height)
            _refuse_size(path, picture)
            image.load()
    except UnidentifiedImageError as error:
        raise MenuPictureError(f"{path}: PNG か JPEG の画像ではありません") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MenuPictureError(f"{path}: 画像が壊れています: {error}") from error
    return picture


def _refuse_size(path: Path, picture: Picture) -> None:
    width, height = picture.width, picture.height
    if width in WIDTHS and height >= LEAST_HEIGHT and width / height >= LEAST_RATIO:
        return
    wanted = f"幅{WIDTHS[0]}〜{WIDTHS[-1]}、高さ{LEAST_HEIGHT}以上、幅が高さの{LEAST_RATIO}倍以上"
    raise MenuPictureError(f"{path}: {width}×{height} です。{wanted} にしてください(例 2500×1686)")
