"""What the tasks that neither fill nor enlarge make of a document: effects, maps, selections, new pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imagetool.app.landing import Circumstances, Landing, SizeChanged, layer_name
from imagetool.core.compositing import blend, changed_outside, composite, fill_layer
from imagetool.core.document import Layer, State
from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect, Size
from imagetool.core.maps import as_gray
from imagetool.core.masks import empty, feathered_rect
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request, Result

_WIDER = 257  # from 8 bit to 16


class NothingSelected(ImagetoolError):
    """A model that selects found nothing."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(f"“{model}” found nothing there. Paint over more of the thing, then run it again.")


def changed(request: Request, given: Circumstances, result: Result) -> Landing:
    """An effect on the whole picture: a layer on top, or the only layer where it can be seen through."""
    if given.limit is not None:
        return _limited(request, given, given.limit, result)
    layer = Layer.new(layer_name(request), TiledImage.from_array(result.pixels))
    if _opaque(result.pixels):
        return Landing(
            lambda _: True, lambda state: _fitting(state, layer.pixels.size).with_layer_added(layer), ""
        )

    def merge(state: State) -> State:
        return replace(_fitting(state, layer.pixels.size), layers=(layer,), active_id=layer.id)

    return Landing(lambda _: True, merge, "layers merged")


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """What a model made at `rect`: `pixels` (h, w, 4), as visible as `coverage` (h, w) uint8 says."""

    rect: Rect
    pixels: Pixels
    coverage: NDArray[np.uint8]


def laid_over(request: Request, size: Size, part: Part) -> Landing:
    """A part as a layer on top of a picture of that size."""
    layer = Layer.new(layer_name(request), fill_layer(size, part.rect, part.pixels, part.coverage))
    return Landing(lambda _: True, lambda state: _fitting(state, size).with_layer_added(layer), "")


def part_changed(request: Request, given: Circumstances, part: Part) -> Landing:
    """An effect on a part: a layer on top, or the only layer where it can be seen through."""
    seen, size = given.seen, given.seen.size
    if _opaque(part.pixels[part.coverage > 0]):
        return laid_over(request, size, part)
    pixels = composite(seen, seen.bounds)
    pixels[part.rect.slices] = blend(pixels[part.rect.slices], part.pixels, part.coverage)
    merged = Layer.new(layer_name(request), TiledImage.from_array(pixels))

    def merge(state: State) -> State:
        return replace(_fitting(state, size), layers=(merged,), active_id=merged.id)

    return Landing(lambda state: state.layers == seen.layers, merge, "layers merged")


def _limited(request: Request, given: Circumstances, mask: TiledImage, result: Result) -> Landing:
    """An effect under the feathered mask only, which goes as it does after filling."""
    seen, size = given.seen, mask.size
    _fitting(seen, size)
    rect, coverage = feathered_rect(mask, given.softness_px)
    landing = part_changed(request, given, Part(rect, np.ascontiguousarray(result.pixels[rect.slices]), coverage))
    outside = None
    if landing.said:
        said = f"only under the mask · {landing.said}"
    else:
        outside = changed_outside(seen, landing.apply(seen), mask)
        said = f"{outside} pixels changed outside the mask"

    def apply(state: State) -> State:
        changed = landing.apply(state)
        return changed.with_mask(empty(mask)) if state.mask is mask else changed  # one painted meanwhile is kept

    return replace(landing, apply=apply, said=said, outside=outside)


def scored(request: Request, given: Circumstances, result: Result) -> Landing:
    """A map as a gray layer on top."""
    gray = as_gray(result.pixels)
    pixels = gray.pixels if _deep(given.seen) else np.rint(gray.pixels / _WIDER).astype(np.uint8)
    layer = Layer.new(layer_name(request), TiledImage.from_array(pixels))
    said = f"black is {gray.low:.4g}, white is {gray.high:.4g}"
    return Landing(lambda _: True, lambda state: _fitting(state, layer.pixels.size).with_layer_added(layer), said)


def selected(request: Request, _: Circumstances, result: Result) -> Landing:
    """A selection as the document's mask.

    Raises:
        NothingSelected: where it is empty.
    """
    whole = TiledImage.from_array(result.pixels)
    tiles = {key: tile for key, tile in whole.tiles.items() if tile.any()}
    if not tiles:
        raise NothingSelected(request.model.entry.name)
    mask = TiledImage(whole.size, 1, whole.dtype, tiles)
    share = float((result.pixels >= 128).mean())
    said = f"{share:.0%} of the picture"
    return Landing(lambda _: True, lambda state: _fitting(state, mask.size).with_mask(mask), said)


def placed(pictures: Sequence[tuple[str, Pixels]], seen: State) -> Landing:
    """Named pictures (h, w, 4) uint8, each a layer in the middle of the canvas, the last one on top."""
    layers = [Layer.new(name, _centred(pixels, seen.size, deep=_deep(seen))) for name, pixels in pictures]

    def add(state: State) -> State:
        for layer in layers:
            state = _fitting(state, layer.pixels.size).with_layer_added(layer)
        return state

    return Landing(lambda state: state.size == seen.size, add, "")


def _centred(pixels: Pixels, size: Size, *, deep: bool) -> TiledImage:
    sheet = TiledImage.blank(size, 4, np.uint16 if deep else np.uint8)
    height, width = pixels.shape[:2]
    shown = pixels.astype(np.uint16) * np.uint16(_WIDER) if deep else pixels
    return sheet.with_pixels((size.width - width) // 2, (size.height - height) // 2, shown)


def _deep(state: State) -> bool:
    return state.layers[0].pixels.dtype == np.uint16


def _opaque(pixels: Pixels) -> bool:
    """Whether pixels (…, 4) hide all that is below them."""
    return bool((pixels[..., 3] == np.iinfo(pixels.dtype).max).all())


def _fitting(state: State, size: Size) -> State:
    if state.size != size:
        raise SizeChanged
    return state
