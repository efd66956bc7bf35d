"""The few building blocks that every panel is made of."""

from __future__ import annotations

import html

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from imagetool.ui import tokens
from imagetool.ui.icons import icon


def label(text: str, style: str = "") -> QLabel:
    """Text shown as it is, never as markup; `style` is a name of the style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setObjectName(style)
    return made


def plain_tip(text: str) -> str:
    """A tooltip that shows `text` from a file or a plugin as it is: Qt would take it for markup if it looks so."""
    return f"<qt>{html.escape(text)}</qt>".replace("\n", "<br>") if "<" in text else text


def without_mnemonic(text: str) -> str:
    """Text for a button or a label with a buddy, in which "&" is a character like any other."""
    return text.replace("&", "&&")


def line(*, upright: bool = False) -> QFrame:
    """A thin line between groups."""
    made = QFrame()
    made.setObjectName("upright" if upright else "line")
    return made


def answers(dialog: QDialog, verb: str) -> QHBoxLayout:
    """The foot of a dialog: Cancel, and the button that does it, which Enter presses, too."""
    go, cancel = QPushButton(verb), QPushButton("Cancel")
    go.setObjectName("run")
    go.setDefault(True)
    go.clicked.connect(dialog.accept)
    cancel.clicked.connect(dialog.reject)
    row = QHBoxLayout()
    row.addStretch()
    row.addWidget(cancel)
    row.addWidget(go)
    return row


def icon_button(name: str, tip: str, parent: QWidget | None = None) -> QToolButton:
    """A small button with an icon only; the tip is its name for screen readers, too."""
    made = QToolButton(parent)
    made.setIcon(icon(name))
    made.setIconSize(QSize(tokens.ICON_PX - 2, tokens.ICON_PX - 2))
    made.setFixedSize(tokens.ROW_PX, tokens.ROW_PX)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    return made


def segment(text: str, tip: str = "") -> QPushButton:
    """One of several buttons of which one is chosen."""
    made = QPushButton(text)
    made.setObjectName("segment")
    made.setCheckable(True)
    made.setAutoExclusive(True)
    made.setToolTip(tip)
    return made


def quiet_button(text: str) -> QPushButton:
    """A button that shows its frame only when it is pointed at."""
    made = QPushButton(text)
    made.setObjectName("quiet")
    return made


class Rows(QListWidget):
    """A list whose keys do not search in it: letters are commands, and the backslash is for the picture."""

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The backslash goes on to the window."""
        if event.key() == Qt.Key.Key_Backslash:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Nothing is searched."""


class Tick(QCheckBox):
    """A box to tick; the style sheet colours it, the tick itself is drawn here."""

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, and in it a tick, so that nothing is told by colour alone."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.HighlightedText), 2))
        painter.drawPolyline([_inside(box, *spot) for spot in _TICK])
        painter.end()


_TICK = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.30))


def _inside(box: QRect, x: float, y: float) -> QPointF:
    return QPointF(box.x() + x * box.width(), box.y() + y * box.height())


class Choice(QComboBox):
    """A list to choose from, which the wheel changes only where it has the focus."""

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style sheet draws the box; the arrow is an icon like all others."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = tokens.ICON_PX - 4
        place = QRect(self.width() - side - 4, (self.height() - side) // 2, side, side)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        icon("expand").paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The backslash goes on to the window."""
        if event.key() == Qt.Key.Key_Backslash:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turning over it on the way down a panel changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
