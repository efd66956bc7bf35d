"""Everything of a document that is painted: picture, comparison, mask and preview, layer by layer."""

from __future__ import annotations

import math
from enum import Enum
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from imagetool.core.geometry import Rect
from imagetool.core.hints import Hint
from imagetool.core.last_change import Change
from imagetool.jobs.events import Previewed
from imagetool.jobs.request import Request
from imagetool.ui.canvas.change_display import ChangeDisplay
from imagetool.ui.canvas.compare import Compare
from imagetool.ui.canvas.display import Display
from imagetool.ui.canvas.hint_marks import draw_hints
from imagetool.ui.canvas.marks import LABEL_MARGIN_PX, draw_label
from imagetool.ui.canvas.mask_image import MaskImages, grays, tint
from imagetool.ui.canvas.tile_images import colour_space, matched
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.session import Session
from imagetool.ui.tokens import DARK
from imagetool.ui.widgets.checkerboard import checkerboard

_CHANGES = "What changed · black is the same"
_TINT_ALPHA = 120
_MOST_RECTS = 16  # more are drawn as one
_SMOOTH_BELOW_SCALE = 2.0  # from here on pixels are shown as squares


class MaskView(Enum):
    """How the mask is seen."""

    OVERLAY = "overlay"
    PLANE = "plane"
    HIDDEN = "hidden"


class Scene(QObject):
    """Draws a session; `changed` carries the Rect of image pixels to draw again, or None for all."""

    changed = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.mask_view = MaskView.OVERLAY
        self._session = session
        self._colours = colour_space(session.document.picture.metadata.icc)
        self._after = Display(session.state, self._colours, session.coarse)
        self._before: Display | None = None
        self._changes: ChangeDisplay | None = None
        self._shown_layers = session.state.layers
        self._frame = session.state.frame
        self._masks = MaskImages()
        self._tint, self._grays = tint(QColor(DARK.mask), _TINT_ALPHA), grays()
        self._previews: dict[Rect, QImage] = {}
        self._previewed: Request | None = None  # the job that they are of
        self._after.ready.connect(self.changed)
        session.state_changed.connect(self._on_state_changed)
        session.mask_changed.connect(self._on_mask_changed)
        session.hints_changed.connect(self.changed)
        session.preview_changed.connect(self._on_preview_changed)

    def cycle_mask_view(self) -> MaskView:
        """The next way to see the mask."""
        views = list(MaskView)
        self.mask_view = views[(views.index(self.mask_view) + 1) % len(views)]
        self.changed.emit(None)
        return self.mask_view

    def overview(self) -> QImage:
        """The whole picture in small, from what is ready."""
        return self._after.overview()

    @property
    def change(self) -> Change | None:
        """What is shown as a map in the place of the picture; None where the picture is."""
        return self._changes.change if self._changes else None

    def show_change(self, change: Change | None) -> None:
        """Shows a map of what has changed in the place of the picture, or the picture again."""
        if self._changes:
            self._changes.ready.disconnect(self.changed)
            self._changes.close()
        self._changes = ChangeDisplay(change) if change else None
        if self._changes:
            self._changes.ready.connect(self.changed)
        self.changed.emit(None)

    def close(self) -> None:
        """Ends the threads."""
        self._after.close()
        if self._changes:
            self._changes.close()
        if self._before:
            self._before.close()

    def draw(self, painter: QPainter, viewport: Viewport, exposed: Rect, compare: Compare) -> None:
        """Paints what shows in `exposed`, a rectangle of the view in device pixels."""
        split = int(compare.line_x(viewport))
        now = exposed.restrict(Rect(split, exposed.top, exposed.right, exposed.bottom))
        old = exposed.restrict(Rect(exposed.left, exposed.top, split, exposed.bottom))
        if not old.empty:
            before = self._before_display()
            self._draw_display(painter, before, viewport.over(self._session.state.frame, before.size), old)
        if not now.empty and self._changes:
            self._draw_display(painter, self._changes, viewport.stretched(self._changes.size), now)
            draw_label(painter, _CHANGES, split + LABEL_MARGIN_PX, left=True)
        elif not now.empty:
            self._draw_display(painter, self._after, viewport.stretched(self._after.size), now)
            self._draw_previews(painter, viewport, now)
            if not self._previews and not compare.active:
                self._draw_mask(painter, viewport, now)
            if self.mask_view is not MaskView.HIDDEN and not compare.active:
                draw_hints(painter, viewport, now, self._shown_hints(), self._colours)

    def _shown_hints(self) -> list[Hint]:
        """All but those that the previews on the screen follow already."""
        job = self._previewed if self._previews else None
        followed = job.hints if job else None
        return [hint for hint in self._session.hints if followed is None or not hint.is_in(followed)]

    def _before_display(self) -> Display:
        if self._session.state.layers == self._session.document.original.layers:
            return self._after
        if self._before is None:
            document = self._session.document
            self._before = Display(document.original, self._colours, self._session.coarse)
            self._before.ready.connect(self.changed)
        return self._before

    def _draw_display(self, painter: QPainter, display: Display, viewport: Viewport, part: Rect) -> None:
        rect = viewport.image_rect(part.left, part.top, part.right, part.bottom)
        if rect.empty:
            return
        level = _level(viewport.scale, display.top_level)
        covered, image = display.assemble(rect, level)
        painter.save()
        painter.setClipRect(part.left, part.top, part.width, part.height)
        target = _on_view(covered, viewport)
        if display.has_alpha:
            painter.fillRect(target, checkerboard())
        smooth = viewport.scale < _SMOOTH_BELOW_SCALE and viewport.scale != 1.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, image, _source(covered, level))
        painter.restore()

    def _draw_mask(self, painter: QPainter, viewport: Viewport, part: Rect) -> None:
        if self.mask_view is MaskView.HIDDEN:
            return
        rect = viewport.image_rect(part.left, part.top, part.right, part.bottom)
        level = _level(viewport.scale, 8)
        colours = self._tint if self.mask_view is MaskView.OVERLAY else self._grays
        mask = self._session.mask
        if rect.empty or (self.mask_view is MaskView.OVERLAY and not mask.tiles):
            return
        covered, image = self._masks.image(mask, rect, level, colours)
        painter.save()
        painter.setClipRect(part.left, part.top, part.width, part.height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, viewport.scale < 1)
        painter.drawImage(_on_view(covered, viewport), image, _source(covered, level))
        painter.restore()

    def _draw_previews(self, painter: QPainter, viewport: Viewport, part: Rect) -> None:
        job = self._previewed
        if job is None or (job.source and job.source.size != self._after.size):
            return  # they are of a state that undo has left
        painter.save()
        painter.setClipRect(part.left, part.top, part.width, part.height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for rect, image in self._previews.items():
            painter.drawImage(_on_view(rect, viewport), image)
        painter.restore()

    def _on_state_changed(self, state: object) -> None:
        self._keep_original()
        earlier, self._frame = self._frame, self._session.state.frame
        if self._session.state.size != self._after.size:
            self._show_other_size(earlier)
            return
        changed = self._after.show(self._session.state)
        if len(changed) > _MOST_RECTS:
            changed = [reduce(Rect.union, changed)]
        for rect in changed:
            self.changed.emit(rect)

    def _show_other_size(self, earlier: Rect) -> None:
        """A new display, which shows what the old one had until its own images are ready.

        What lay at `earlier` in the old one lies in the frame of the new.
        """
        old, state = self._after, self._session.state
        coarse = matched(old.overview(), (old.size, earlier), (state.size, state.frame))
        self._after = Display(state, self._colours, coarse)
        self._after.has_alpha = old.has_alpha or state.frame != state.bounds
        self._after.ready.connect(self.changed)
        old.ready.disconnect(self.changed)
        old.close()
        self.changed.emit(None)

    def _keep_original(self) -> None:
        """Before the first change the images at hand are those of the original: "before" needs no wait."""
        original = self._session.document.original.layers
        if self._before is None and self._shown_layers == original and self._session.state.layers != original:
            self._before = self._after.twin()
            self._before.ready.connect(self.changed)
        self._shown_layers = self._session.state.layers

    def _on_mask_changed(self, rect: Rect | None) -> None:
        self.changed.emit(rect)

    def _on_preview_changed(self) -> None:
        """One preview of what is filled takes the place of the last; those of tiles stay beside each other."""
        preview, job = self._session.preview, self._session.previewed
        gone: list[Rect] = []
        if preview is None or job is None or job.mask or job is not self._previewed:
            gone = list(self._previews)
            self._previews.clear()
        self._previewed = job
        if preview and job:
            mask = job.mask.read(preview.rect)[..., 0] if job.mask else None
            self._previews[preview.rect] = _image(preview) if mask is None else _masked(preview, mask)
            gone.append(preview.rect)
        for rect in gone:
            self.changed.emit(rect)


def _image(preview: Previewed) -> QImage:
    """The preview (h, w, 3) as an image of its own."""
    height, width = preview.pixels.shape[:2]
    colours = np.ascontiguousarray(preview.pixels)
    return QImage(colours.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _masked(preview: Previewed, mask: NDArray[np.uint8]) -> QImage:
    """The preview (h, w, 3) as an image that is as visible as the mask of its rectangle."""
    height, width = preview.pixels.shape[:2]
    plane = np.ascontiguousarray(mask)
    stencil = QImage(plane.data, mask.shape[1], mask.shape[0], mask.shape[1], QImage.Format.Format_Grayscale8)
    alpha = stencil.scaled(
        width, height, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    shown = _image(preview).convertToFormat(QImage.Format.Format_ARGB32)
    shown.setAlphaChannel(alpha)
    return shown.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _level(scale: float, top: int) -> int:
    return min(top, max(0, math.floor(-math.log2(scale) + 0.01))) if scale < 1 else 0


def _on_view(rect: Rect, viewport: Viewport) -> QRectF:
    first = viewport.to_view(rect.left, rect.top)
    return QRectF(first.x, first.y, rect.width * viewport.scale, rect.height * viewport.scale)


def _source(covered: Rect, level: int) -> QRectF:
    step = float(1 << level)
    return QRectF(0, 0, covered.width / step, covered.height / step)
