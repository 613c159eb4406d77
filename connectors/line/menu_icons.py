"""The icons of the rich menu: shapes on a grid of 24 × 24, drawn large and scaled down so that edges are smooth."""

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

GRID = 24
_OVERSAMPLING = 4
_INK, _PAPER = 255, 0


class Shape(NamedTuple):
    """A figure through `points` (x, y, x, y, …). `width` is that of its line, 0 for a filled figure."""

    figure: str  # box, oval, line or area
    points: tuple[float, ...]
    width: float = 0.0
    radius: float = 0.0
    is_hole: bool = False


ICONS: dict[str, tuple[Shape, ...]] = {
    "bubble": (
        Shape("box", (2, 3, 22, 17), radius=3),
        Shape("area", (6, 16, 6, 22, 12, 16)),
        *(Shape("oval", (x - 1.3, 8.7, x + 1.3, 11.3), is_hole=True) for x in (7, 12, 17)),
    ),
    "fields": tuple(Shape("box", (x, y, x + 8.5, y + 8.5), width=2, radius=1.5) for x in (2.5, 13) for y in (2.5, 13)),
    "list": (
        *(Shape("oval", (2.5, y - 1.6, 5.7, y + 1.6)) for y in (5, 12, 19)),
        *(Shape("line", (9, y, 21, y), width=2.4) for y in (5, 12, 19)),
    ),
    "person": (
        Shape("oval", (7.5, 2, 16.5, 11)),
        Shape("box", (3, 13, 21, 27), radius=7),
        Shape("box", (0, 22, 24, 28), is_hole=True),
    ),
    "clock": (
        Shape("oval", (2, 2, 22, 22), width=2.2),
        Shape("line", (12, 6.5, 12, 12, 16.5, 14.5), width=2.2),
    ),
    "book": (
        Shape("area", (12, 6, 8, 4, 2, 4, 2, 18.5, 8, 18.5, 12, 20.5, 16, 18.5, 22, 18.5, 22, 4, 16, 4)),
        Shape("line", (12, 6.5, 12, 20), width=1.2, is_hole=True),
        *(Shape("line", (4.5, y, 9, y), width=1.2, is_hole=True) for y in (8.5, 12, 15)),
        *(Shape("line", (15, y, 19.5, y), width=1.2, is_hole=True) for y in (8.5, 12, 15)),
    ),
}


def icon(shapes: Sequence[Shape], size: int) -> Image.Image:
    """A mask of `size` × `size` pixels with the figures in it."""
    large = size * _OVERSAMPLING
    mask = Image.new("L", (large, large), _PAPER)
    draw = ImageDraw.Draw(mask)
    for shape in shapes:
        _draw(draw, shape, large / GRID)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


def _draw(draw: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    points = [value * scale for value in shape.points]
    ink = _PAPER if shape.is_hole else _INK
    fill, line = (None, round(shape.width * scale)) if shape.width else (ink, 0)
    match shape.figure:
        case "box":
            draw.rounded_rectangle(points, shape.radius * scale, fill=fill, outline=ink, width=line)
        case "oval":
            draw.ellipse(points, fill=fill, outline=ink, width=line)
        case "area":
            draw.polygon(points, fill=ink)
        case "line":
            draw.line(points, fill=ink, width=line, joint="curve")
            for x, y in zip(points[::2], points[1::2], strict=True):
                draw.ellipse((x - line / 2, y - line / 2, x + line / 2, y + line / 2), fill=ink)
