"""What each task makes of its options: a request, and the files that its result is written to."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from imagetool.catalog.catalog import CatalogModel
from imagetool.cli.errors import UsageError
from imagetool.cli.pointing import read_prompt
from imagetool.cli.session import Session
from imagetool.cli.sizes import target_of
from imagetool.core.compositing import Flattened, blend
from imagetool.core.document import Document
from imagetool.core.enlarged_size import BadSize, read_size
from imagetool.core.files import check_target, read_hints, read_mask, read_picture, resized_picture
from imagetool.core.geometry import Size
from imagetool.core.maps import as_gray, mask_as_gray
from imagetool.core.masks import feathered_rect, hard_where_clear
from imagetool.core.picture import MAX_PIXELS, Picture
from imagetool.core.tiles import TiledImage
from imagetool.jobs.errors import NoGuides, NoVariations
from imagetool.jobs.request import Request, Result
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

MOST_PICTURES = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """The model and its parameters."""

    model: CatalogModel
    params: Params


@dataclass(frozen=True, eq=False, slots=True)
class Made:
    """A job that is done, and what is to be written where; `extra` are facts for the report."""

    request: Request
    result: Result
    files: tuple[tuple[Path, Picture], ...]
    extra: dict[str, float]

    def without_source(self) -> Made:
        """The same; the picture that it was made of is forgotten, so that its memory is free for writing."""
        return replace(self, request=replace(self.request, source=None))


Act: TypeAlias = Callable[[argparse.Namespace, Choice, Session], Made]


def inpaint(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """Every pixel outside the mask stays as it was; inside, a model that takes guides follows the hints."""
    entry = choice.model.entry
    if options.hints and not entry.guides:
        raise NoGuides(entry.name, "leave --hints away")
    picture = read_picture(Path(options.input))
    document = Document(picture)
    mask = TiledImage.from_array(read_mask(Path(options.mask), document.size))
    hints = read_hints(Path(options.hints), document.size) if options.hints else None
    request = _request(options, choice, Flattened(document.state), mask=mask, hints=hints)
    result = running.run(request)
    merged = _merged(document.picture, mask, options.feather or 0.0, result)
    return _one(options, request, result, merged)


def upscale(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """The picture in another size."""
    picture = read_picture(Path(options.input))
    target = target_of(options, picture.size)
    check_target(Path(options.output), target.size)
    request = _request(options, choice, _flat(picture), target=target.size)
    result = running.run(request)
    return _one(options, request, result, resized_picture(picture, result.pixels, target.dpi))


def keep_size(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """Denoising and filters."""
    picture = read_picture(Path(options.input))
    request = _request(options, choice, _flat(picture))
    result = running.run(request)
    return _one(options, request, result, picture.with_pixels(result.pixels))


def colorize(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """Colours, with or without hints; a gray file becomes one with colours."""
    picture = read_picture(Path(options.input))
    hints = read_hints(Path(options.hints), picture.size) if options.hints else None
    request = _request(options, choice, _flat(picture), hints=hints)
    result = running.run(request)
    return _one(options, request, result, picture.with_colours(result.pixels))


def score(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """The map as a gray picture of 16 bit; what black and white stand for is in the report."""
    request = _request(options, choice, _flat(read_picture(Path(options.input))))
    result = running.run(request)
    gray = as_gray(result.pixels)
    made = _one(options, request, result, Picture.of(gray.pixels, gray=True))
    return Made(request, result, made.files, {"map_low": gray.low, "map_high": gray.high})


def segment(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """A mask that `--mask` understands."""
    picture = read_picture(Path(options.input))
    prompt = read_prompt(options, picture.size)
    request = _request(options, choice, _flat(picture), prompt=prompt)
    result = running.run(request)
    return _one(options, request, result, Picture.of(mask_as_gray(result.pixels), gray=True))


def generate(options: argparse.Namespace, choice: Choice, running: Session) -> Made:
    """New pictures, or such that resemble another one: one file, or a folder of them."""
    entry = choice.model.entry
    if options.like and not entry.variations:
        raise NoVariations(entry.name)
    like = _flat(read_picture(Path(options.like))) if options.like else None
    size = like.size if like else _generated_size(options.size, Size(entry.tile.size, entry.tile.size))
    request = _request(options, choice, like, target=size, count=options.count)
    result = running.run(request)
    pictures = [
        Picture.of(pixels.copy(), has_alpha=bool((pixels[..., 3] < 255).any())) for pixels in result.pixels
    ]
    output = Path(options.output)
    paths = [output] if options.count == 1 else picture_paths(output, options.count)
    return Made(request, result, tuple(zip(paths, pictures, strict=True)), {})


def picture_paths(folder: Path, count: int) -> list[Path]:
    """Where `count` pictures go: 000.png, 001.png and so on."""
    return [folder / f"{number:03}.png" for number in range(count)]


ACTS: dict[Task, Act] = {
    Task.INPAINT: inpaint,
    Task.UPSCALE: upscale,
    Task.DENOISE: keep_size,
    Task.FILTER: keep_size,
    Task.COLORIZE: colorize,
    Task.SCORE: score,
    Task.SEGMENT: segment,
    Task.GENERATE: generate,
}


def _flat(picture: Picture) -> Flattened:
    return Flattened(Document(picture).state)


def _request(options: argparse.Namespace, choice: Choice, source: Flattened | None, **more: Any) -> Request:
    return Request(
        choice.model,
        choice.params,
        options.seed,
        source,
        device=options.device,
        precision=options.precision,
        tile_px=options.tile_px,
        resume=options.resume,
        picture=Path(options.input).absolute() if options.input else None,
        **more,
    )


def _one(options: argparse.Namespace, request: Request, result: Result, picture: Picture) -> Made:
    return Made(request, result, ((Path(options.output), picture),), {})


def _merged(picture: Picture, mask: TiledImage, softness_px: float, result: Result) -> Picture:
    """The picture with the result laid in under the feathered mask; every other pixel is as it was."""
    rect, coverage = feathered_rect(mask, softness_px)
    pixels = picture.pixels.copy()
    coverage = hard_where_clear(coverage, mask.read(rect)[..., 0], pixels[rect.slices][..., 3])
    pixels[rect.slices] = blend(pixels[rect.slices], result.pixels, coverage)
    return picture.with_pixels(pixels)


def _generated_size(text: str | None, default: Size) -> Size:
    if text is None:
        return default
    try:
        size = read_size(text, Size(1, 1))
    except BadSize as error:
        raise UsageError(str(error)) from None
    if not 1 <= size.pixels <= MAX_PIXELS:
        raise UsageError(f"“{text:.40}” is too large; a picture has at most {MAX_PIXELS / 1e6:.0f} megapixels.")
    return size
