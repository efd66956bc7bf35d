"""The bar over the canvas: what can be set about the tool in the hand, and what concerns the mask as a whole."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from imagetool.core.brush import StrokeMode
from imagetool.core.shapes import Combine
from imagetool.ui import tokens
from imagetool.ui.canvas.brush_tool import SIZE_MAX_PX, SIZE_MIN_PX, BrushTool
from imagetool.ui.canvas.guide_tool import GuideTool
from imagetool.ui.canvas.shape_tools import OutlineTool
from imagetool.ui.canvas.tool import Tool
from imagetool.ui.guide_page import GuidePage
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import icon_button, label, segment

_SLIDER_PX = 120
_COMBINE_WORDS = {
    Combine.REPLACE: ("New", "The area becomes the mask"),
    Combine.ADD: ("Add", "The area is added to the mask (Shift)"),
    Combine.SUBTRACT: ("Subtract", "The area is taken out of the mask (right button)"),
    Combine.INTERSECT: ("Intersect", "Only what lies in both stays masked"),
}


class OptionsBar(QWidget):
    """One page for each tool; the mask's own buttons stand at the right."""

    invert_wanted = Signal()
    clear_wanted = Signal()
    view_wanted = Signal()

    def __init__(self, tools: list[Tool]) -> None:
        super().__init__()
        self.setObjectName("chrome")
        self._pages = {tool.id: _page(tool) for tool in tools}
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._mask_view = icon_button("visible", "How the mask is shown: colour, black and white, hidden (Q)")
        invert = icon_button("invert", "Invert the mask (Ctrl+Shift+I)")
        clear = icon_button("clear", "Clear the mask (Ctrl+D)")
        self._mask_view.clicked.connect(self.view_wanted)
        invert.clicked.connect(self.invert_wanted)
        clear.clicked.connect(self.clear_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.BETWEEN_PX, 0, tokens.BETWEEN_PX, 0)
        row.setSpacing(tokens.INSIDE_PX)
        row.addWidget(self._stack, 1)
        row.addWidget(label("Mask", "muted"))
        for button in (self._mask_view, invert, clear):
            row.addWidget(button)

    def show_tool(self, tool: Tool) -> None:
        """The page of the tool in the hand."""
        self._stack.setCurrentWidget(self._pages[tool.id])


def _page(tool: Tool) -> QWidget:
    if isinstance(tool, BrushTool):
        return _BrushPage(tool)
    if isinstance(tool, OutlineTool):
        return _OutlinePage(tool)
    if isinstance(tool, GuideTool):
        return GuidePage(tool)
    return QWidget()


class _BrushPage(QWidget):
    """Adding or removing, size, hardness; shows what keys and wheel change, too."""

    def __init__(self, tool: BrushTool) -> None:
        super().__init__()
        self._tool = tool
        self._size = NumberRow(
            "Size",
            NumberRange(SIZE_MIN_PX, SIZE_MAX_PX, 1, tool.brush.size_px, unit="px", curve=3.0),
            "Diameter in image pixels ([ and ], Alt+wheel)\n1 px to 2000 px",
            _SLIDER_PX,
        )
        self._hardness = NumberRow(
            "Hardness",
            NumberRange(0, 100, 5, tool.brush.hardness * 100, unit="%"),
            "How sharp the edge is (Shift+[ and Shift+])\n0 % to 100 %",
            _SLIDER_PX,
        )
        self._modes = {mode: segment(*words) for mode, words in _MODE_WORDS.items()}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        for mode, button in self._modes.items():
            button.clicked.connect(lambda _=False, chosen=mode: self._on_mode_chosen(chosen))
            row.addWidget(button)
        row.addSpacing(tokens.BETWEEN_PX)
        row.addWidget(self._size)
        row.addSpacing(tokens.BETWEEN_PX)
        row.addWidget(self._hardness)
        row.addStretch()
        self._size.value_changed.connect(lambda size: tool.set_brush(size, tool.brush.hardness))
        self._hardness.value_changed.connect(lambda percent: tool.set_brush(tool.brush.size_px, percent / 100))
        tool.changed.connect(self._on_tool_changed)
        self._on_tool_changed()

    def _on_mode_chosen(self, mode: StrokeMode) -> None:
        if self._tool.mode is not mode:
            self._tool.swap_mode()

    def _on_tool_changed(self) -> None:
        self._modes[self._tool.mode].setChecked(True)
        brush = self._tool.brush
        if round(brush.size_px) != round(self._size.field.value):
            self._size.set_value(brush.size_px)
        if round(brush.hardness * 100) != round(self._hardness.field.value):
            self._hardness.set_value(brush.hardness * 100)


_MODE_WORDS = {
    StrokeMode.ADD: ("Add", "Strokes add to the mask (X swaps)"),
    StrokeMode.SUBTRACT: ("Remove", "Strokes take from the mask (X swaps)"),
}


class _OutlinePage(QWidget):
    """What the outline does to the mask."""

    def __init__(self, tool: OutlineTool) -> None:
        super().__init__()
        self._tool = tool
        self._group = QButtonGroup(self)
        self._buttons: dict[Combine, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        for combine, (text, tip) in _COMBINE_WORDS.items():
            button = segment(text, tip)
            button.setChecked(combine is tool.combine)
            button.clicked.connect(lambda _=False, chosen=combine: tool.set_combine(chosen))
            self._group.addButton(button)
            self._buttons[combine] = button
            row.addWidget(button)
        row.addStretch()
        tool.changed.connect(self._on_tool_changed)

    def _on_tool_changed(self) -> None:
        self._buttons[self._tool.combine].setChecked(True)
