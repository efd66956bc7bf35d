"""What the layers look like together, and how a model's result is laid into a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.core.document import Layer, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage


def composite(state: State, rect: Rect) -> Pixels:
    """The visible layers of `rect` laid over each other: (h, w, 4) straight alpha in the document's depth.

    Where a layer is fully transparent the pixels below come through bit for bit; where it is opaque, its own.
    """
    out: Pixels = np.zeros((rect.height, rect.width, 4), state.layers[0].pixels.dtype)
    composite_into(state, rect, out)
    return out


def composite_into(state: State, rect: Rect, out: Pixels) -> None:
    """`composite`, written into an array (h, w, 4) of the document's depth."""
    visible = [layer for layer in state.layers if layer.visible and layer.opacity > 0]
    for key in state.layers[0].pixels.keys_in(rect):
        part = state.layers[0].pixels.tile_rect(key).restrict(rect)
        target = out[part.moved(-rect.left, -rect.top).slices]
        _composite_tile([layer for layer in visible if key in layer.pixels.tiles], part, target)


def _composite_tile(layers: list[Layer], part: Rect, target: Pixels) -> None:
    if not layers:
        target[...] = 0
        return
    bottom = layers[0].pixels.read(part)
    target[...] = bottom if layers[0].opacity == 1 else _with_opacity(bottom, layers[0].opacity)
    for layer in layers[1:]:
        over(target, layer.pixels.read(part), layer.opacity)


def over(below: Pixels, above: Pixels, opacity: float = 1.0) -> None:
    """Lays `above` (h, w, 4) over `below` in place: the `over` of Porter and Duff (1984), straight alpha."""
    top = float(np.iinfo(below.dtype).max)
    if opacity == 1 and bool((above[..., 3] == top).all()):
        below[...] = above
        return
    alpha = above[..., 3]
    touched = alpha > 0
    if not touched.any():
        return
    upper_alpha = alpha[touched].astype(np.float32)[:, None] * np.float32(opacity / top)
    lower, upper = below[touched], above[touched]
    lower_alpha = lower[:, 3:].astype(np.float32) / np.float32(top) * (1 - upper_alpha)
    out_alpha = upper_alpha + lower_alpha
    colour = upper[:, :3] * upper_alpha + lower[:, :3] * lower_alpha
    mixed = np.concatenate([colour / np.maximum(out_alpha, 1e-9), out_alpha * top], axis=1)
    mixed = _rounded(mixed, below.dtype)
    opaque = upper_alpha[:, 0] >= 1
    mixed[opaque] = upper[opaque]
    below[touched] = mixed


def blend(below: Pixels, filled: Pixels, coverage: NDArray[np.uint8]) -> Pixels:
    """`below` (h, w, 4) turned into `filled` as far as `coverage` (h, w) says; 0 keeps every bit of `below`.

    Unlike `over` this can also take opacity away, because alpha is blended like the colours.
    """
    out = below.copy()
    touched = coverage > 0
    weight = coverage[touched].astype(np.float32)[:, None] / np.float32(255)
    mixed = below[touched] * (1 - weight) + filled[touched] * weight
    out[touched] = _rounded(mixed, below.dtype)
    return out


def fill_layer(size: Size, rect: Rect, filled: Pixels, coverage: NDArray[np.uint8]) -> TiledImage:
    """A transparent sheet of `size` with `filled` (h, w, 4) at `rect`, as visible as `coverage` (h, w) says."""
    pixels = filled.copy()
    alpha = filled[..., 3].astype(np.uint32) * coverage
    pixels[..., 3] = ((alpha + 127) // 255).astype(filled.dtype)
    pixels[pixels[..., 3] == 0] = 0
    return TiledImage.blank(size, 4, filled.dtype).with_pixels(rect.left, rect.top, pixels)


def changed_outside(before: State, after: State, mask: TiledImage) -> int:
    """How many pixels look different in the two states although the mask is 0 there; `after` has more layers."""
    layers = [layer for layer in after.layers if layer not in before.layers]
    keys = {key for layer in layers for key in layer.pixels.tiles}
    count = 0
    for key in keys:
        rect = mask.tile_rect(key)
        differs = (composite(before, rect) != composite(after, rect)).any(axis=2)
        count += int((differs & (mask.read(rect)[..., 0] == 0)).sum())
    return count


@dataclass(frozen=True, eq=False, slots=True)
class Flattened:
    """What a state looks like, read piece by piece where it is needed; safe to read from any thread."""

    state: State

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return self.state.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8 or uint16."""
        return self.state.layers[0].pixels.dtype

    def read_into(self, rect: Rect, out: Pixels) -> None:
        """Writes the pixels of `rect` into `out` (h, w, 4)."""
        composite_into(self.state, rect, out)


def _with_opacity(pixels: Pixels, opacity: float) -> Pixels:
    faded = pixels.copy()
    faded[..., 3] = _rounded(pixels[..., 3] * np.float32(opacity), pixels.dtype)
    return faded


def _rounded(values: NDArray[Any], dtype: np.dtype[Any]) -> Pixels:
    rounded: Pixels = np.clip(values + 0.5, 0, np.iinfo(dtype).max).astype(dtype)
    return rounded
