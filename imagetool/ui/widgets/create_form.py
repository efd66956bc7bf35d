"""How large new pictures become, and how many there are to be."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from imagetool.core.geometry import Size
from imagetool.plugin.model_entry import ModelEntry
from imagetool.ui import tokens
from imagetool.ui.widgets.number_field import DragLabel, NumberField, NumberRange, NumberRow
from imagetool.ui.widgets.parts import label

MOST_COUNT, USUAL_COUNT = 64, 16
MOST_SIDE_PX = 2048
_LEAST_SIDE_PX = 8


class CreateForm(QWidget):
    """Width, height and count; each model keeps the size that was last set for it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.width_px, self.height_px = (_side(name) for name in ("Width", "Height"))
        self.count_row = NumberRow(
            "Count",
            NumberRange(1, MOST_COUNT, 1, USUAL_COUNT, curve=1.6),
            f"How many pictures to choose from\n1 to {MOST_COUNT}",
        )
        self._multiple_of = 1
        self._model = ""
        self._sizes: dict[str, Size] = {}
        sides = QWidget()
        row = QHBoxLayout(sides)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        for widget in (DragLabel("Size", self.width_px), self.width_px, label("×"), self.height_px):
            row.addWidget(widget)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        column.addWidget(sides)
        column.addWidget(self.count_row)
        for field in (self.width_px, self.height_px, self.count_row):
            field.value_changed.connect(self._on_changed)

    @property
    def size_px(self) -> Size:
        """How large each picture becomes; sides that the model cannot make are rounded up to ones that it can."""
        width, height = (
            -(-int(field.value) // self._multiple_of) * self._multiple_of
            for field in (self.width_px, self.height_px)
        )
        return Size(width, height)

    @property
    def count(self) -> int:
        """How many."""
        return int(self.count_row.field.value)

    def set_model(self, model_id: str, entry: ModelEntry) -> None:
        """The sides that a model can make; its own size, where no other was set before."""
        if model_id == self._model:
            return
        tile = entry.tile
        least = -(-_LEAST_SIDE_PX // tile.multiple_of) * tile.multiple_of
        most = max(MOST_SIDE_PX // tile.multiple_of * tile.multiple_of, tile.size)
        size = self._sizes.get(model_id, Size(tile.size, tile.size))
        self._model, self._multiple_of = model_id, tile.multiple_of
        for field in (self.width_px, self.height_px):
            field.allowed = NumberRange(least, most, tile.multiple_of, tile.size, unit="px")
            name = field.accessibleName()
            field.setToolTip(f"{name} of each picture; the model likes {tile.size} px\n{least} px to {most} px")
        self._show(size)

    def set_size(self, size: Size) -> None:
        """Another size, as far as the model can make it."""
        self._show(size)

    def _show(self, size: Size) -> None:
        for field, side in ((self.width_px, size.width), (self.height_px, size.height)):
            blocked = field.blockSignals(True)
            field.set_value(side)
            field.blockSignals(blocked)
        self._on_changed()

    def _on_changed(self) -> None:
        self._sizes[self._model] = self.size_px
        self.changed.emit()


def _side(name: str) -> NumberField:
    return NumberField(NumberRange(1, MOST_SIDE_PX, 1, 1, unit="px"), name)
