"""A picture in coarse form, shown where the canvas will be while the sharp one is being read."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from imagetool.core.geometry import Size
from imagetool.ui.canvas.viewport import Viewport


class LoadingView(QWidget):
    """Draws the picture exactly where the canvas will draw it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._image: QImage | None = None
        self._picture = Size(1, 1)

    def show_coarse(self, image: QImage, picture: Size) -> None:
        """Takes the coarse image of a picture of that size."""
        self._image, self._picture = image, picture
        self.update()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, fitted."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().shadow())
        if self._image is not None:
            ratio = self.devicePixelRatioF()
            view = Size(round(self.width() * ratio), round(self.height() * ratio))
            fitted = Viewport.fitted(self._picture, view)
            painter.scale(1 / ratio, 1 / ratio)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            width, height = self._picture.width * fitted.scale, self._picture.height * fitted.scale
            painter.drawImage(QRectF(fitted.left, fitted.top, width, height), self._image)
        painter.end()
