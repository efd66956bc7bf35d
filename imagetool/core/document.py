"""A picture being edited: layers and mask as plain values, and the one history through which they change."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imagetool.core.geometry import Rect, Size
from imagetool.core.hints import Hint
from imagetool.core.history import History
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage

_layer_ids = itertools.count(1)


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """One sheet of straight-alpha RGBA, as large as the canvas; `opacity` runs from 0 to 1."""

    id: int
    name: str
    pixels: TiledImage
    visible: bool = True
    opacity: float = 1.0

    @classmethod
    def new(cls, name: str, pixels: TiledImage) -> Layer:
        """A layer with an id that no other layer of this process has."""
        return cls(next(_layer_ids), name, pixels)


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """Everything undo brings back: layers from bottom to top, the mask, the hints, and the layer in hand.

    `mask` is one uint8 plane, 255 where a model may paint. `dpi` is the resolution on paper that was asked for;
    None leaves what the file says. `hints` are what the user drew for models, from bottom to top. `opened` is
    where the picture lies that was opened, if the canvas was enlarged around it; None where it fills the canvas.
    States are immutable and share their tiles.
    """

    size: Size
    layers: tuple[Layer, ...]
    mask: TiledImage
    active_id: int
    dpi: int | None = None
    hints: tuple[Hint, ...] = ()
    opened: Rect | None = None

    @property
    def bounds(self) -> Rect:
        """The rectangle of the canvas."""
        return Rect.of_size(self.size)

    @property
    def frame(self) -> Rect:
        """Where in the canvas the picture lies that was opened."""
        return self.opened or self.bounds

    @property
    def active(self) -> Layer:
        """The layer in hand."""
        return self.layer(self.active_id)

    def layer(self, layer_id: int) -> Layer:
        """The layer with that id; KeyError where there is none."""
        for layer in self.layers:
            if layer.id == layer_id:
                return layer
        raise KeyError(layer_id)

    def with_mask(self, mask: TiledImage) -> State:
        """The same picture under another mask."""
        return replace(self, mask=mask)

    def with_hints(self, hints: Iterable[Hint]) -> State:
        """The same picture with other hints."""
        return replace(self, hints=tuple(hints))

    def scaled_places(self, size: Size) -> State:
        """A canvas of another size, with hints and frame over the same content; layers and mask do not fit yet."""
        x, y = size.width / self.size.width, size.height / self.size.height
        opened = self.opened
        if opened:
            left, top = round(opened.left * x), round(opened.top * y)
            opened = Rect(left, top, round(opened.right * x), round(opened.bottom * y))
        return replace(self, size=size, hints=tuple(hint.scaled(x, y) for hint in self.hints), opened=opened)

    def with_layer(self, layer: Layer) -> State:
        """The layer of the same id replaced."""
        return replace(self, layers=tuple(layer if old.id == layer.id else old for old in self.layers))

    def with_layer_added(self, layer: Layer) -> State:
        """A layer put on top of all and taken in hand."""
        return replace(self, layers=(*self.layers, layer), active_id=layer.id)

    def with_layer_moved(self, layer_id: int, steps: int) -> State:
        """A layer moved up by `steps` (down where negative), as far as there is room."""
        order = [layer for layer in self.layers if layer.id != layer_id]
        here = self.layers.index(self.layer(layer_id))
        order.insert(min(max(here + steps, 0), len(order)), self.layer(layer_id))
        return replace(self, layers=tuple(order))

    def without_layer(self, layer_id: int) -> State:
        """A layer taken away, the next one below taken in hand; the last layer stays (ValueError)."""
        if len(self.layers) == 1:
            raise ValueError("a picture keeps at least one layer")
        here = self.layers.index(self.layer(layer_id))
        rest = tuple(layer for layer in self.layers if layer.id != layer_id)
        active = self.active_id if self.active_id != layer_id else rest[max(0, here - 1)].id
        return replace(self, layers=rest, active_id=active)


class Document:
    """A picture, where it came from, and its history. Used by one thread; its states may be read by all."""

    def __init__(self, picture: Picture, path: Path | None = None, name: str = "Untitled") -> None:
        self.path = path
        self.picture = picture  # as it was read: metadata and depth for saving, pixels for "before"
        self._name = name
        background = Layer.new("Background", TiledImage.from_array(picture.pixels))
        size = background.pixels.size
        state = State(size, (background,), TiledImage.blank(size, 1, np.uint8), background.id)
        self.history = History("Open", state)

    @property
    def name(self) -> str:
        """The file's name, or a made-up one where there is no file yet."""
        return self.path.name if self.path else self._name

    @property
    def state(self) -> State:
        """The picture as it is now."""
        return self.history.state

    @property
    def original(self) -> State:
        """The picture as it was opened, for comparing."""
        return self.history.first_state

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return self.state.size

    @property
    def depth_bits(self) -> int:
        """Bits per channel, 8 or 16."""
        return self.state.layers[0].pixels.dtype.itemsize * 8
