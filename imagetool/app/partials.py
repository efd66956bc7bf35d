"""What a stopped job had made, as a change of its document: finished tiles as a layer or in a larger picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imagetool.app.effects import Part, laid_over, part_changed
from imagetool.app.landing import Circumstances, Landing
from imagetool.app.results import prepared
from imagetool.core.geometry import Rect, Size
from imagetool.core.masks import feathered_rect
from imagetool.core.picture import Pixels
from imagetool.jobs.events import Previewed
from imagetool.jobs.request import Partial, PixelSource, Report, Request, Result
from imagetool.plugin.tasks import Task

PARTLY = frozenset({Task.INPAINT, Task.UPSCALE, Task.DENOISE, Task.FILTER, Task.COLORIZE})
"""Tasks of which a part is of use without the rest."""

_BAND_PX = 512
_PREVIEW_PIXELS, _PREVIEW_SIDE_PX = 6_000_000, 512  # of all previews, and of one
_NOBODY = Report("", "", 0.0, 0, 0.0)


def can_be_kept(request: Request, partial: Partial | None) -> bool:
    """Whether anything of a stopped job can be laid into its document."""
    return partial is not None and bool(partial.done) and request.model.entry.task in PARTLY


def kept(request: Request, given: Circumstances, partial: Partial) -> Landing:
    """The finished tiles, ready to be laid in; runs on a background thread.

    Raises:
        ImagetoolError: where they cannot be used.
    """
    tiles = shown_tiles(partial)
    if request.model.entry.task is Task.UPSCALE:
        assert request.source is not None  # noqa: S101 - nothing is enlarged without one
        pixels = completed(request.source, partial)
        result = Result(Rect.of_size(Size(pixels.shape[1], pixels.shape[0])), pixels, _NOBODY)
        return replace(prepared(request, given, result), said=f"{tiles}; the rest is enlarged plainly (bicubic)")
    part = _part(request, given, partial)
    filled = request.mask is not None
    landing = laid_over(request, given.seen.size, part) if filled else part_changed(request, given, part)
    return replace(landing, said=" · ".join(text for text in (tiles, landing.said) if text))


def shown_tiles(partial: Partial) -> str:
    """`12 of 40 tiles`."""
    return f"{len(partial.done)} of {partial.total} tiles"


def completed(source: PixelSource, partial: Partial) -> Pixels:
    """An enlarged picture (h, w, 4): the finished tiles, and between them a plain cubic enlargement."""
    height, width = partial.pixels.shape[:2]
    whole: Pixels = np.empty((source.size.height, source.size.width, 4), source.dtype)
    source.read_into(Rect.of_size(source.size), whole)
    made: Pixels = np.empty_like(partial.pixels)
    planes = _planes(whole)
    for band in _bands(Size(width, height)):
        made[band.slices] = _enlarged(planes, band, Size(width, height), whole.dtype)
    for rect in partial.done:
        made[rect.slices] = partial.pixels[rect.slices]
    return made


def previews(request: Request, partial: Partial) -> list[Previewed]:
    """The finished tiles to look at, over the picture they were made of."""
    height, width = partial.pixels.shape[:2]
    offset = request.mask.content_rect() if request.mask else Rect(0, 0, 0, 0)
    size = request.source.size if request.source and request.target else Size(width, height)
    most_px = max(16, min(_PREVIEW_SIDE_PX, math.isqrt(_PREVIEW_PIXELS // max(1, len(partial.done)))))
    shown = []
    for rect in partial.done:
        step = -(-max(rect.size) // most_px)
        colours = partial.pixels[rect.slices][::step, ::step, :3]
        if colours.dtype == np.uint16:
            colours = (colours >> 8).astype(np.uint8)
        place = Rect(
            rect.left * size.width // width + offset.left,
            rect.top * size.height // height + offset.top,
            -(-rect.right * size.width // width) + offset.left,
            -(-rect.bottom * size.height // height) + offset.top,
        )
        shown.append(Previewed(request.job_id, place, np.ascontiguousarray(colours)))
    return shown


def _part(request: Request, given: Circumstances, partial: Partial) -> Part:
    """Where something was made, and how visible it is there."""
    height, width = partial.pixels.shape[:2]
    done = np.zeros((height, width), bool)
    for rect in partial.done:
        done[rect.slices] = True
    if request.mask is not None:
        rect, coverage = feathered_rect(request.mask, given.softness_px)
        return Part(rect, partial.pixels, np.where(done, coverage, 0).astype(np.uint8))
    if given.limit is not None:
        rect, coverage = feathered_rect(given.limit, given.softness_px)
        return Part(rect, partial.pixels[rect.slices], np.where(done[rect.slices], coverage, 0).astype(np.uint8))
    return Part(Rect(0, 0, width, height), partial.pixels, done.astype(np.uint8) * np.uint8(255))


def _bands(size: Size) -> Iterator[Rect]:
    for top in range(0, size.height, _BAND_PX):
        yield Rect(0, top, size.width, min(top + _BAND_PX, size.height))


def _planes(pixels: Pixels) -> list[Image.Image]:
    """Three colours as floats, which Pillow enlarges without rounding; with holes they are weighed by opacity."""
    top = np.float32(np.iinfo(pixels.dtype).max)
    alpha = pixels[..., 3].astype(np.float32) / top
    if bool((alpha == 1).all()):
        return [Image.fromarray(pixels[..., channel].astype(np.float32)) for channel in range(3)]
    return [*(Image.fromarray(pixels[..., channel] * alpha) for channel in range(3)), Image.fromarray(alpha)]


def _enlarged(planes: Iterable[Image.Image], band: Rect, target: Size, dtype: np.dtype[Any]) -> Pixels:
    """A band (h, w, 4) of the enlarged picture; Pillow looks beyond the box, so bands meet without a seam."""
    made = [_resized(plane, band, target) for plane in planes]
    top = np.iinfo(dtype).max
    alpha = made[3].clip(0, 1) if len(made) > 3 else np.ones_like(made[0])
    colours = [plane / np.maximum(alpha, 1e-6) for plane in made[:3]]
    whole: Pixels = (np.stack([*colours, alpha * top], axis=2) + 0.5).clip(0, top).astype(dtype)
    return whole


def _resized(plane: Image.Image, band: Rect, target: Size) -> NDArray[Any]:
    down = plane.height / target.height
    box = (0.0, band.top * down, float(plane.width), min(band.bottom * down, float(plane.height)))
    return np.asarray(plane.resize((band.width, band.height), Image.Resampling.BICUBIC, box))
