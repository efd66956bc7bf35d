"""Asks how much of the picture the least likely part may be."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from imagetool.core.unlikely import DEFAULT_SHARE
from imagetool.ui import tokens
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import answers, label

_SHARE = NumberRange(0.5, 50, 0.5, DEFAULT_SHARE * 100, 1, "%", curve=2)
_WIDTH_PX = 360


class ShareDialog(QDialog):
    """`share` is what was chosen, from 0 to 1."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Select the unlikely")
        self.setMinimumWidth(_WIDTH_PX)
        self.row = NumberRow("Share", _SHARE, "How much of the picture is selected where the map is brightest")
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.AROUND_PX] * 4)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addWidget(label("The brightest part of the map becomes the mask; the map is hidden.", "muted"))
        column.addWidget(self.row)
        column.addSpacing(tokens.BETWEEN_PX)
        column.addLayout(answers(self, "Select"))

    @property
    def share(self) -> float:
        """Of the picture, from 0 to 1."""
        return self.row.field.value / 100
