"""The column of tools at the left."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.widgets.parts import line


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """How a tool stands in the column."""

    id: str
    icon: str
    name: str
    key: str
    says: str


ENTRIES: tuple[tuple[ToolEntry, ...], ...] = (
    (ToolEntry("hand", "hand", "Hand", "H", "move the view; hold Space to do so with any tool"),),
    (
        ToolEntry("brush", "brush", "Mask brush", "B", "paint over what should go; the right button removes"),
        ToolEntry("eraser", "eraser", "Mask eraser", "E", "take away from the mask"),
        ToolEntry("lasso", "lasso", "Lasso", "L", "draw around what should go"),
        ToolEntry("rectangle", "rectangle", "Rectangle", "M", "mask a rectangle"),
    ),
    (ToolEntry("guide", "guide", "Guide", "P", "draw in colour what shall go there; a model follows it"),),
)


class ToolColumn(QWidget):
    """One button per tool, one of them pressed."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chrome")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.INSIDE_PX, tokens.BETWEEN_PX, tokens.INSIDE_PX, tokens.BETWEEN_PX)
        column.setSpacing(tokens.INSIDE_PX)
        for place, group in enumerate(ENTRIES):
            if place:
                column.addWidget(line())
            for entry in group:
                column.addWidget(self._button(entry))
        column.addStretch()

    def show_tool(self, tool_id: str) -> None:
        """Presses a tool's button."""
        self._buttons[tool_id].setChecked(True)

    def _button(self, entry: ToolEntry) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(entry.icon))
        button.setIconSize(QSize(tokens.ICON_PX, tokens.ICON_PX))
        button.setFixedSize(tokens.TOOL_PX, tokens.TOOL_PX)
        button.setCheckable(True)
        button.setAccessibleName(entry.name)
        button.setToolTip(f"{entry.name} ({entry.key}): {entry.says}")
        button.clicked.connect(lambda: self.chosen.emit(entry.id))
        self._group.addButton(button)
        self._buttons[entry.id] = button
        return button
