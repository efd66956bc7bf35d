"""The options of the guide: draw or erase, colour, size, and a way to be rid of all strokes."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.canvas.brush_tool import SIZE_MAX_PX, SIZE_MIN_PX
from imagetool.ui.canvas.guide_tool import GuideTool
from imagetool.ui.widgets.colour_field import ColourField, Swatch
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import label, segment

_SLIDER_PX = 120


class GuidePage(QWidget):
    """Shows what keys, wheel and picking change, too."""

    def __init__(self, tool: GuideTool) -> None:
        super().__init__()
        self._tool = tool
        self.draw = segment("Draw", "Strokes tell the model what shall go there (X swaps)")
        self.erase = segment("Erase", "Takes away strokes that are touched (X swaps); the right button does, too")
        self.colour = ColourField("Guide colour", tool.colour)
        self.colour.setToolTip("Colour of the next stroke, #rrggbb (Alt+click, or I, picks it from the picture)")
        self._size = NumberRow(
            "Size",
            NumberRange(SIZE_MIN_PX, SIZE_MAX_PX, 1, tool.size_px, unit="px", curve=3.0),
            "Width in image pixels ([ and ], Alt+wheel)\n1 px to 2000 px",
            _SLIDER_PX,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        for button in (self.draw, self.erase):
            button.clicked.connect(self._on_mode_chosen)
            row.addWidget(button)
        row.addSpacing(tokens.BETWEEN_PX)
        row.addWidget(label("Colour"))
        row.addWidget(Swatch(self.colour, "Guide colour"))
        row.addWidget(self.colour)
        row.addSpacing(tokens.BETWEEN_PX)
        row.addWidget(self._size)
        row.addStretch()
        self.colour.value_changed.connect(tool.set_colour)
        self._size.value_changed.connect(tool.set_size)
        tool.colour_picked.connect(self.colour.set_value)
        tool.changed.connect(self._on_tool_changed)
        self._on_tool_changed()

    def _on_mode_chosen(self) -> None:
        if self.erase.isChecked() != self._tool.erasing:
            self._tool.swap_mode()

    def _on_tool_changed(self) -> None:
        (self.erase if self._tool.erasing else self.draw).setChecked(True)
        if round(self._tool.size_px) != round(self._size.field.value):
            self._size.set_value(self._tool.size_px)
