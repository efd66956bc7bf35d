"""A coarse picture at once: the file decoded at a fraction of its size, while the window is still being built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader

from imagetool.core.geometry import Size

_SIDE_PX = 1600
_MAX_PIXELS = 200_000_000
_FORMATS = frozenset({b"jpeg", b"jpg", b"png", b"webp", b"bmp"})  # SVG above all is not among them
_SLOW_PIXELS = 20_000_000  # formats that cannot be decoded at a smaller size are left to the real reader


@dataclass(frozen=True, eq=False, slots=True)
class QuickLook:
    """A coarse image, upright, in the screen's colours, and the size of the picture it stands for."""

    image: QImage
    size: Size


def quick_look(path: Path, side_px: int = _SIDE_PX) -> QuickLook | None:
    """The picture at about `side_px`, or None where that is not quickly done. Runs on any thread."""
    if not path.is_file():  # a pipe would wait for its other end
        return None
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    kind = bytes(reader.format().data())
    size = reader.size()
    if kind not in _FORMATS or not size.isValid() or size.width() * size.height() > _MAX_PIXELS:
        return None
    if kind not in (b"jpeg", b"jpg") and size.width() * size.height() > _SLOW_PIXELS:
        return None
    reader.setAutoTransform(True)
    shrink = max(size.width(), size.height()) / side_px
    if shrink > 1:
        reader.setScaledSize(QSize(round(size.width() / shrink), round(size.height() / shrink)))
    image = reader.read()
    if image.isNull():
        return None
    if image.colorSpace().isValid():
        image.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    turned = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
    upright = Size(size.height(), size.width()) if turned else Size(size.width(), size.height())
    return QuickLook(image.convertToFormat(_screen_format(image)), upright)


def _screen_format(image: QImage) -> QImage.Format:
    return QImage.Format.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else QImage.Format.Format_RGB32
