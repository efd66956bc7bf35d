"""A map of what has changed between two states, made tile by tile where it is looked at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColorSpace, QImage

from imagetool.core.compositing import composite
from imagetool.core.differences import change_map
from imagetool.core.document import State
from imagetool.core.geometry import Rect
from imagetool.core.last_change import Change
from imagetool.core.picture import Pixels
from imagetool.ui.canvas.display import Display, changed_rects
from imagetool.ui.canvas.tile_images import as_image


class ChangeDisplay(Display):
    """Black where both states are the same to the last bit, else the brighter the more they differ."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self._touched = changed_rects(change.before, change.after)
        super().__init__(change.after, None)

    def render_part(self, state: State, rect: Rect, colours: QColorSpace | None) -> QImage:
        """The map of `rect`; where no layer has another tile nothing is compared."""
        if not any(rect.overlaps(touched) for touched in self._touched):
            black = QImage(rect.width, rect.height, QImage.Format.Format_RGB32)
            black.fill(Qt.GlobalColor.black)
            return black
        plane = change_map(composite(self.change.before, rect), composite(state, rect))
        pixels: Pixels = np.full((rect.height, rect.width, 4), 255, np.uint8)
        pixels[..., :3] = plane[..., None]
        return as_image(pixels, None)
