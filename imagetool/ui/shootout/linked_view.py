"""One zoom and one place for all cells of a contact sheet."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from imagetool.core.geometry import Size
from imagetool.ui.canvas.viewport import MAX_SCALE, Viewport

_ZOOM_PER_NOTCH = 1.25


class LinkedView(QObject):
    """All cells are equally large; places are counted in pixels of the largest picture in them."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._fitted = True
        self.viewport = Viewport(Size(1, 1), Size(1, 1), 1.0, 0.0, 0.0)

    def show_picture(self, size: Size) -> None:
        """The pictures are as large as this, or show the same in fewer pixels."""
        self._set(_fitted(size, self.viewport.view) if self._fitted else self.viewport.stretched(size))

    def set_room(self, room: Size) -> None:
        """How large the cells are, in device pixels."""
        if self._fitted:
            self._set(_fitted(self.viewport.picture, room))
        else:
            self._set(self.viewport.resized(room))

    def zoom_at(self, x: float, y: float, notches: float) -> None:
        """Zooms in all cells at the same place of the picture."""
        self._fitted = False
        self._set(self.viewport.scaled_at(x, y, self.viewport.scale * _ZOOM_PER_NOTCH**notches))

    def pan(self, dx: float, dy: float) -> None:
        """Moves all pictures by device pixels."""
        self._fitted = False
        self._set(self.viewport.panned(dx, dy))

    def fit(self) -> None:
        """The whole crop in every cell again."""
        self._fitted = True
        self._set(_fitted(self.viewport.picture, self.viewport.view))

    def show_pixels(self) -> None:
        """One pixel of the largest picture on one of the screen."""
        self._fitted = False
        view = self.viewport.view
        self._set(self.viewport.scaled_at(view.width / 2, view.height / 2, 1.0))

    def _set(self, viewport: Viewport) -> None:
        if viewport != self.viewport:
            self.viewport = viewport
            self.changed.emit()


def _fitted(picture: Size, room: Size) -> Viewport:
    """The whole picture as large as it fits, unlike on the canvas enlarged, too."""
    scale = min(MAX_SCALE, room.width / picture.width, room.height / picture.height)
    left, top = (room.width - picture.width * scale) / 2, (room.height - picture.height * scale) / 2
    return Viewport(picture, room, scale, left, top).snapped()
