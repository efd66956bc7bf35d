"""A line of text that gives way: what there is no room for is cut with an ellipsis, and its tooltip says all."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStyleOption

from imagetool.ui.widgets.parts import plain_tip

_LEAST_PX = 24


class Elided(QLabel):
    """Plain text in one line; `text` is always the whole of it."""

    def __init__(self, text: str = "", style: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(style)

    # Qt

    def minimumSizeHint(self) -> QSize:
        """Room for hardly more than the ellipsis."""
        return QSize(min(_LEAST_PX, self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much as there is room for."""
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(plain_tip(self.text()) if shown != self.text() else "")
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self.style().drawItemText(
            painter, room, int(align), option.palette, self.isEnabled(), shown, self.foregroundRole()
        )
        painter.end()
