"""Keeps screen images of a document ready: made on a thread of their own, the visible ones first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColorSpace, QImage, QPainter

from imagetool.core.document import Layer, State
from imagetool.core.geometry import Rect, Size
from imagetool.ui.canvas.tile_images import DISPLAY_TILE_PX, halved, joined, level_rect, rendered

Key = tuple[int, int, int]  # level, row, column; one pixel of level n stands for 2**n image pixels

_MOST_WANTED = 256
_FINE_TILES = 256  # so many tiles of level 0 are kept, about a megabyte each; coarser ones are all kept


class Display(QObject):
    """The images of one document.

    `show` and `assemble` belong to the window's thread. Whatever is not ready is drawn from something coarser
    and asked for; `ready` then says which image pixels can be drawn better.
    """

    ready = Signal(object)  # Rect

    def __init__(
        self,
        state: State,
        colours: QColorSpace | None,
        coarse: QImage | None = None,
        tiles: Mapping[Key, QImage] | None = None,
    ) -> None:
        super().__init__()
        self.has_alpha = False  # whether something transparent may show
        self._state = state
        self._colours = colours
        self._coarse = coarse
        self._lock = threading.Condition()
        self._tiles = OrderedDict(tiles or {})
        self._stale: set[Key] = set()
        self._wanted: list[Key] = []
        self._closed = False
        self.top_level = _top_level(state)
        self._thread = threading.Thread(target=self._work, name="display", daemon=True)
        self._thread.start()

    @property
    def size(self) -> Size:
        """The size of the document it shows."""
        return self._state.size

    def overview(self) -> QImage:
        """The whole document, as small as the display makes it, from what is ready."""
        return self.assemble(self._state.bounds, self.top_level)[1]

    def show(self, state: State) -> list[Rect]:
        """Takes a new state, of the same size; returns the rectangles of image pixels that changed."""
        changed = changed_rects(self._state, state)
        cells = {(rect.top // DISPLAY_TILE_PX, rect.left // DISPLAY_TILE_PX) for rect in changed}
        with self._lock:
            self._state = state
            for level in range(self.top_level + 1):
                keys = {(level, row >> level, column >> level) for row, column in cells}
                self._stale |= keys & self._tiles.keys()
        return changed

    def twin(self) -> Display:
        """Another display of the state that is shown now, with the images that are ready."""
        with self._lock:
            fresh = {key: tile for key, tile in self._tiles.items() if key not in self._stale}
        twin = Display(self._state, self._colours, self._coarse, fresh)
        twin.has_alpha = self.has_alpha
        return twin

    def assemble(self, rect: Rect, level: int) -> tuple[Rect, QImage]:
        """An image that covers at least `rect` at 1 / 2**level, and the image pixels that it covers."""
        covered = _aligned(rect, level, self._state.bounds)
        size = QSize(-(-covered.width >> level), -(-covered.height >> level))
        whole = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        whole.fill(Qt.GlobalColor.transparent)
        painter = QPainter(whole)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        missing = []
        for key in _keys(covered, level):
            if not self._draw(painter, key, covered, level):
                missing.append(key)
        painter.end()
        self._want(missing)
        return covered, whole

    def render_part(self, state: State, rect: Rect, colours: QColorSpace | None) -> QImage:
        """What is shown of `rect`, which is at most a tile; called on the display's own thread."""
        return rendered(state, rect, colours)

    def close(self) -> None:
        """Ends the thread."""
        with self._lock:
            self._closed = True
            self._lock.notify()
        self._thread.join()

    def _draw(self, painter: QPainter, key: Key, covered: Rect, level: int) -> bool:
        """Draws a tile, or the best stand-in; whether it was the tile itself, up to date."""
        with self._lock:
            tile, fresh = self._tiles.get(key), key not in self._stale
        place = level_rect(self._state, *key)
        x, y = (place.left - covered.left) >> level, (place.top - covered.top) >> level
        if tile is not None:
            painter.drawImage(x, y, tile)
            return fresh
        target = QRect(x, y, -(-place.width >> level), -(-place.height >> level))
        self._draw_stand_in(painter, key, place, target)
        return False

    def _draw_stand_in(self, painter: QPainter, key: Key, place: Rect, target: QRect) -> None:
        level, row, column = key
        for up in range(1, self.top_level - level + 1):
            with self._lock:
                parent = self._tiles.get((level + up, row >> up, column >> up))
            if parent is not None:
                origin = level_rect(self._state, level + up, row >> up, column >> up)
                painter.drawImage(QRectF(target), parent, _part(place, origin, level + up))
                return
        if self._coarse is not None:
            sx = self._coarse.width() / self._state.size.width
            sy = self._coarse.height() / self._state.size.height
            source = QRectF(place.left * sx, place.top * sy, place.width * sx, place.height * sy)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(target), self._coarse, source)

    def _want(self, keys: list[Key]) -> None:
        with self._lock:
            level = keys[0][0] if keys else None
            others = [key for key in self._wanted if key not in keys and level in (None, key[0])]
            self._wanted = (keys + others)[:_MOST_WANTED]  # what was looked at before comes after
            if keys:
                self._lock.notify()

    def _work(self) -> None:
        while True:
            with self._lock:
                while not self._wanted and not self._closed:
                    self._lock.wait()
                if self._closed:
                    return
                key, state = self._wanted.pop(0), self._state
            self._make(key, state)
            self.ready.emit(level_rect(state, *key))

    def _make(self, key: Key, state: State) -> QImage:
        with self._lock:
            tile = self._tiles.get(key)
            if tile is not None and key not in self._stale:
                return tile
        image = self._rendered(key, state)
        with self._lock:
            self.has_alpha = self.has_alpha or image.hasAlphaChannel()
            self._tiles[key] = image
            self._tiles.move_to_end(key)
            if state is self._state:
                self._stale.discard(key)
            else:
                self._stale.add(key)
            self._forget()
        return image

    def _rendered(self, key: Key, state: State) -> QImage:
        level, row, column = key
        rect = level_rect(state, level, row, column)
        if level == 0:
            return self.render_part(state, rect, self._colours)
        if level == 1:
            return halved(self.render_part(state, rect, self._colours))
        children = []
        for down_row, down_column in ((0, 0), (0, 1), (1, 0), (1, 1)):
            child = (level - 1, 2 * row + down_row, 2 * column + down_column)
            if not level_rect(state, *child).empty and not self._closed:  # nobody waits for a closed one
                x, y = down_column * DISPLAY_TILE_PX, down_row * DISPLAY_TILE_PX
                children.append((x, y, self._make(child, state)))
        width, height = -(-rect.width >> (level - 1)), -(-rect.height >> (level - 1))
        return halved(joined(children, width, height))

    def _forget(self) -> None:
        fine = [key for key in self._tiles if key[0] == 0]
        for key in fine[: max(0, len(fine) - _FINE_TILES)]:
            del self._tiles[key]
            self._stale.discard(key)


def _top_level(state: State) -> int:
    level = 0
    while max(state.size) > DISPLAY_TILE_PX << level:
        level += 1
    return level


def changed_rects(earlier: State, later: State) -> list[Rect]:
    """Where the two look different, in whole tiles."""
    if earlier.layers == later.layers:
        return []
    rects: list[Rect] = []
    before = {layer.id: layer for layer in earlier.layers}
    after = {layer.id: layer for layer in later.layers}
    shared = [layer.id for layer in earlier.layers if layer.id in after]
    moved = shared != [layer.id for layer in later.layers if layer.id in before]
    for layer_id in before.keys() | after.keys():
        old, new = before.get(layer_id), after.get(layer_id)
        if old is not None and new is not None and not moved and _seen_alike(old, new):
            rects += new.pixels.changed_since(old.pixels)
        else:
            for layer in (old, new):
                rects += [layer.pixels.tile_rect(key) for key in layer.pixels.tiles] if layer else []
    return rects


def _seen_alike(one: Layer, other: Layer) -> bool:
    return (one.visible, one.opacity) == (other.visible, other.opacity)


def _aligned(rect: Rect, level: int, bounds: Rect) -> Rect:
    """`rect` grown to whole pixels of a level, and one more for smooth scaling."""
    step = 1 << level
    inside = rect.grown(step).restrict(bounds)
    return Rect(
        inside.left // step * step,
        inside.top // step * step,
        min(bounds.right, -(-inside.right // step) * step),
        min(bounds.bottom, -(-inside.bottom // step) * step),
    )


def _keys(rect: Rect, level: int) -> list[Key]:
    side = DISPLAY_TILE_PX << level
    if rect.empty:
        return []
    return [
        (level, row, column)
        for row in range(rect.top // side, (rect.bottom - 1) // side + 1)
        for column in range(rect.left // side, (rect.right - 1) // side + 1)
    ]


def _part(place: Rect, origin: Rect, level: int) -> QRectF:
    step = float(1 << level)
    x, y = (place.left - origin.left) / step, (place.top - origin.top) / step
    return QRectF(x, y, place.width / step, place.height / step)
