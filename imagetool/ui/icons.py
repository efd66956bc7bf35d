"""The icons of the window: glyphs of Material Design Icons, drawn as outlines in the colour of the theme.

The font is the one that QtAwesome ships; it is read without importing QtAwesome, which would cost a tenth of a
second at every start.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPalette,
    QPixmap,
    QRawFont,
    QTransform,
)
from PySide6.QtWidgets import QApplication

_FONT_PATTERN = "materialdesignicons6-webfont-*.ttf"
_EM_PX = 512.0
_GLYPHS = {
    "add": 0xF0415,
    "alert": 0xF05D6,
    "before": 0xF1493,
    "brush": 0xF00E3,
    "cancel": 0xF0156,
    "canvas": 0xF0616,
    "clear": 0xF0777,
    "close": 0xF0156,
    "combine": 0xF0564,
    "compare": 0xF0570,
    "continue": 0xF040A,
    "cut": 0xF055A,
    "damage": 0xF0DAF,
    "delete": 0xF09E7,
    "dice": 0xF114E,
    "done": 0xF05E1,
    "down": 0xF0045,
    "enforced": 0xF0CC8,
    "eraser": 0xF01FE,
    "expand": 0xF0140,
    "file": 0xF0224,
    "fit": 0xF0EF6,
    "folder": 0xF0256,
    "guide": 0xF0F49,
    "hand": 0xF182C,
    "hidden": 0xF06D1,
    "hold": 0xF03E4,
    "info": 0xF02FD,
    "invert": 0xF0487,
    "jobs": 0xF0279,
    "lasso": 0xF0F03,
    "log": 0xF09ED,
    "open": 0xF0DCF,
    "paste": 0xF0192,
    "picker": 0xF020A,
    "picture": 0xF0976,
    "plugin": 0xF0A66,
    "rectangle": 0xF0A6D,
    "redo": 0xF044E,
    "restore": 0xF0068,
    "running": 0xF040D,
    "save": 0xF0818,
    "search": 0xF0349,
    "skipped": 0xF0377,
    "split": 0xF018A,
    "undo": 0xF054C,
    "unenforced": 0xF0ECD,
    "up": 0xF005D,
    "visible": 0xF06D0,
    "waiting": 0xF0766,
}


def icon(name: str) -> QIcon:
    """The icon of that name; it takes the text colour of the moment it is drawn in. KeyError if unknown."""
    return QIcon(_GlyphEngine(_GLYPHS[name]))


class _GlyphEngine(QIconEngine):
    """Draws one glyph, sharp at any size and scale."""

    def __init__(self, code_point: int) -> None:
        super().__init__()
        self._code_point = code_point

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Fills the glyph into `rect`."""
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour = QApplication.palette().color(group, QPalette.ColorRole.WindowText)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(_placed(_outline(self._code_point), QRectF(rect)), QColor(colour))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The glyph on transparent ground."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Another engine for the same glyph."""
        return _GlyphEngine(self._code_point)


def _placed(outline: QPainterPath, rect: QRectF) -> QPainterPath:
    """The glyph's em square, 24 units of the family's grid, laid over `rect`."""
    scale = rect.height() / _EM_PX
    move = QTransform.fromTranslate(rect.left(), rect.top()).scale(scale, scale)
    return move.map(outline)


@cache
def _outline(code_point: int) -> QPainterPath:
    font = _font()
    glyphs = font.glyphIndexesForString(chr(code_point))
    path = font.pathForGlyph(glyphs[0])
    return QTransform.fromTranslate(0, font.ascent()).map(path)


@cache
def _font() -> QRawFont:
    package = importlib.util.find_spec("qtawesome")
    if package is None or package.origin is None:
        raise FileNotFoundError("the icon font of QtAwesome is not installed")
    path = next((Path(package.origin).parent / "fonts").glob(_FONT_PATTERN))
    return QRawFont(str(path), _EM_PX)
