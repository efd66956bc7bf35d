"""Measures a model that makes small pictures: its bits beside lossless files, and whether it only copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

import numpy as np
from PIL import Image, ImageDraw

from imagetool.training.codecs import CODECS, UNIFORM_BITS, Codec, Picture
from imagetool.training.nearest import Neighbour, nearest
from imagetool.training.picture_sets import Divided, PictureSet, on_gray
from imagetool.training.small_pictures import Pictures

UNIFORM = "uniform"
"""The row of a model that knows nothing."""

ACROSS = 16
"""Pictures in a row of a sheet."""

_SHOWN_PX = 64  # what small pictures are magnified to
_GAP_PX, _BELOW_PX, _WORDS_PX = 6, 2, 15
_PAPER, _INK = (255, 255, 255), (0, 0, 0)
_IDENTICAL_255 = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """What the held-back pictures take.

    Attributes:
        method: A kind of file, or the model.
        bits_per_dim: Bits for each value, mean over the pictures; None where it cannot be measured.
        saved: The share of them that the model saves, from 0 to 1; None where either is not known.
        note: Why something is not known.
    """

    method: str
    bits_per_dim: float | None
    saved: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near what was drawn is to what was learned; distances as those of `Neighbour`, medians.

    Attributes:
        drawn: Of a drawn picture to its nearest learned one.
        held_back: The same of a held-back picture.
        identical: Drawn pictures that are equal to a learned one.
        learned: How many were searched.
    """

    drawn: float
    held_back: float
    identical: int
    learned: int


def file_rows(pictures: PictureSet, codecs: Sequence[Codec] = CODECS) -> list[Row]:
    """What the pictures take without the model, from a model that knows nothing to the best codec."""
    return [Row(UNIFORM, UNIFORM_BITS), *(_file_row(codec, pictures) for codec in codecs)]


def with_model(rows: Sequence[Row], model: str, bits: Sequence[float] | None) -> list[Row]:
    """The rows with what the model saves, and its own; `bits` are those of each picture, where it can tell."""
    if not bits:
        return [*rows, Row(model, None, note="no model of its likelihood")]
    mean = fmean(bits)
    return [
        *(replace(row, saved=1 - mean / row.bits_per_dim) if row.bits_per_dim else row for row in rows),
        Row(model, mean),
    ]


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    lines = [f"| {r.method} | {_number(r.bits_per_dim)} | {_share(r.saved)} | {r.note} |" for r in rows]
    return "\n".join(["| method | bits per value | the model saves | |", "|---|---|---|---|", *lines])


def likeness(drawn: Sequence[Neighbour], data: Divided) -> Likeness:
    """Compares what was drawn with what was held back, by how near both are to what was learned."""
    held_back = nearest(data.held_back.pixels, data.learned.pixels)
    return Likeness(
        median(it.distance_255 for it in drawn),
        median(it.distance_255 for it in held_back),
        sum(it.distance_255 < _IDENTICAL_255 for it in drawn),
        len(data.learned.names),
    )


def sheet(drawn: Pictures, neighbours: Sequence[Neighbour], learned: Pictures, told: Likeness) -> Picture:
    """Drawn pictures (N, side, side, C), under each its nearest learned one and how far that is: (H, W, 3)."""
    factor = max(1, _SHOWN_PX // drawn.shape[1])
    side = drawn.shape[1] * factor
    across, down = min(ACROSS, len(drawn)), -(-len(drawn) // ACROSS)
    below = side + _BELOW_PX
    step_x, step_y = side + _GAP_PX, below + side + _WORDS_PX + _GAP_PX
    paper = Image.new("RGB", (_GAP_PX + across * step_x, _GAP_PX + 2 * _WORDS_PX + down * step_y), _PAPER)
    pen = ImageDraw.Draw(paper)
    for line, words in enumerate(_title(told)):
        pen.text((_GAP_PX, _GAP_PX // 2 + line * _WORDS_PX), words, _INK)
    for number, (picture, found) in enumerate(zip(drawn, neighbours, strict=True)):
        left = _GAP_PX + number % ACROSS * step_x
        top = _GAP_PX + 2 * _WORDS_PX + number // ACROSS * step_y
        shown = learned[found.index]
        paper.paste(_magnified(picture, factor), (left, top))
        paper.paste(_magnified(shown[:, ::-1] if found.mirrored else shown, factor), (left, top + below))
        pen.text((left, top + below + side), f"{found.distance_255:.1f}", _INK)
    return np.asarray(paper)


def _title(told: Likeness) -> tuple[str, str]:
    return (
        f"Above: drawn. Below: the nearest of {told.learned} learned pictures, and its distance.",
        f"Median {told.drawn:.1f}; of held-back pictures {told.held_back:.1f}. Identical: {told.identical}.",
    )


def _magnified(picture: Picture, factor: int) -> Image.Image:
    return Image.fromarray(on_gray(picture).repeat(factor, axis=0).repeat(factor, axis=1))


def _file_row(codec: Codec, pictures: PictureSet) -> Row:
    if not codec.installed:
        return Row(codec.name, None, note=f"{codec.library} is not installed")
    return Row(codec.name, fmean(codec.bits_per_dim(picture) for picture in pictures.pixels))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
