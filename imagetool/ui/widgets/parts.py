"""The few building blocks that every panel is made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon


def label(text: str, style: str = "") -> QLabel:
    """Text shown as it is, never as markup; `style` is a name of the style sheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setObjectName(style)
    return made


def line(*, upright: bool = False) -> QFrame:
    """A thin line between groups."""
    made = QFrame()
    made.setObjectName("upright" if upright else "line")
    return made


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
