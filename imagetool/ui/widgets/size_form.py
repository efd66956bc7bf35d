"""How large a picture shall become: by a factor, in pixels, or on paper."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from imagetool.core.enlarged_size import (
    CM_PER_INCH,
    DEFAULT_DPI,
    LEAST_FACTOR,
    MOST_FACTOR,
    BadSize,
    by_factor,
    check_factor,
    printed_cm,
)
from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.widgets.number_field import DragLabel, NumberField, NumberRange, NumberRow
from imagetool.ui.widgets.parts import label, segment

_DPI_RANGE = NumberRange(30, 1200, 10, DEFAULT_DPI, unit="dpi")
_MOST_CM = 999.9
_PAPER = 2  # the third way
_MEGA = 1e6


class SizeForm(QWidget):
    """Three ways to say one factor; width and height keep the picture's shape."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture = Size(1, 1)
        self._factor = 2.0
        self._dpi = float(DEFAULT_DPI)
        self._quiet = False  # while fields are being set by the form itself
        self.factor = NumberRow(
            "Scale", NumberRange(LEAST_FACTOR, MOST_FACTOR, 0.1, 2.0, 2, "×", curve=1.6), "How many times larger"
        )
        self.width_px, self.height_px = (_pixels(name) for name in ("Width", "Height"))
        self.width_cm, self.height_cm = (_centimetres(name) for name in ("Width on paper", "Height on paper"))
        self.dpi = NumberField(_DPI_RANGE, "Resolution on paper")
        self.summary = label("", "small")
        self.summary.setWordWrap(True)
        self._ways: tuple[QWidget, ...] = ()
        self._way = 0
        self._lay_out()
        self.factor.value_changed.connect(self._on_factor_changed)
        self.width_px.value_changed.connect(lambda value: self._on_side_changed(value / self._picture.width))
        self.height_px.value_changed.connect(lambda value: self._on_side_changed(value / self._picture.height))
        self.width_cm.value_changed.connect(lambda value: self._on_printed(value, self._picture.width))
        self.height_cm.value_changed.connect(lambda value: self._on_printed(value, self._picture.height))
        self.dpi.value_changed.connect(self._on_resolution_changed)

    @property
    def print_dpi(self) -> int | None:
        """The resolution on paper, where the size is given so."""
        return int(self.dpi.value) if self._way == _PAPER else None

    def set_picture(self, size: Size) -> None:
        """The picture that is to be enlarged."""
        if size == self._picture:
            return
        self._picture = size
        for field, side in ((self.width_px, size.width), (self.height_px, size.height)):
            field.allowed = NumberRange(side, round(side * MOST_FACTOR), 10, side * 2, unit="px")
        self._show(None)

    def target_of(self, picture: Size) -> Size:
        """The size that a picture becomes.

        Raises:
            BadSize: where it is too large or too small a step.
        """
        target = by_factor(picture, self._factor)
        check_factor(picture, target)
        return target

    def _on_factor_changed(self, factor: float) -> None:
        self._choose(factor, self.factor)

    def _on_side_changed(self, factor: float) -> None:
        self._choose(factor, self.width_px)

    def _on_printed(self, side_cm: float, side_px: int) -> None:
        self._choose(side_cm / CM_PER_INCH * self.dpi.value / side_px, self.width_cm)

    def _on_resolution_changed(self, dpi: float) -> None:
        """The size on paper stays, exactly; the pixels follow."""
        before, self._dpi = self._dpi, dpi
        self._choose(self._factor * dpi / before, self.dpi)

    def _choose(self, factor: float, origin: QWidget) -> None:
        if not self._quiet:
            self._factor = factor
            self._show(origin)
            self.changed.emit()

    def _show(self, origin: QWidget | None) -> None:
        """All fields say the same, but for those that are being typed into."""
        self._quiet = True
        target = by_factor(self._picture, self._factor)
        if origin is not self.factor:
            self.factor.set_value(self._factor)
        for field, side in ((self.width_px, target.width), (self.height_px, target.height)):
            if origin is None or not field.hasFocus():
                field.set_value(side)
        printed = printed_cm(target, self.dpi.value)
        for field, side_cm in zip((self.width_cm, self.height_cm), printed, strict=True):
            if origin is None or not field.hasFocus():
                field.set_value(side_cm)
        self._quiet = False
        self.summary.setText(self._said(target))

    def _said(self, target: Size) -> str:
        try:
            check_factor(self._picture, target)
        except BadSize as error:
            return str(error)
        return f"{self._picture} → {target} px · {target.pixels / _MEGA:.1f} megapixels"

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        choice = QWidget()
        buttons = _row(choice)
        group = QButtonGroup(self)
        for index, (text, tip) in enumerate(
            (("Factor", "How many times larger"), ("Pixels", "Width and height"), ("Print", "Size on paper"))
        ):
            button = segment(text, tip)
            button.setChecked(index == 0)
            group.addButton(button, index)
            buttons.addWidget(button)
        buttons.addStretch()
        group.idClicked.connect(self._on_way_chosen)
        self._ways = (self.factor, _sides(self.width_px, self.height_px), self._paper())
        for part in (choice, *self._ways, self.summary):
            column.addWidget(part)
        self._on_way_chosen(0)

    def _paper(self) -> QWidget:
        paper, resolution = QWidget(), QWidget()
        rows = QVBoxLayout(paper)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(tokens.INSIDE_PX)
        _add(_row(resolution), DragLabel("Resolution", self.dpi), self.dpi)
        rows.addWidget(_sides(self.width_cm, self.height_cm))
        rows.addWidget(resolution)
        return paper

    def _on_way_chosen(self, index: int) -> None:
        self._way = index
        for place, way in enumerate(self._ways):
            way.setVisible(place == index)
        self._factor = min(max(self._factor, LEAST_FACTOR), MOST_FACTOR)  # what the scale can show
        self._show(None)
        self.changed.emit()


def _pixels(name: str) -> NumberField:
    field = NumberField(NumberRange(1, 999_999, 10, 1, unit="px"), name)
    field.setToolTip(f"{name} of the result; the shape is kept")
    return field


def _centimetres(name: str) -> NumberField:
    field = NumberField(NumberRange(0.1, _MOST_CM, 1, 10, 2, "cm"), name)
    field.setToolTip(f"{name}; the shape is kept")
    return field


def _sides(width: NumberField, height: NumberField) -> QWidget:
    sides = QWidget()
    _add(_row(sides), label("Size"), width, label("×"), height)
    return sides


def _row(widget: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.INSIDE_PX)
    return layout


def _add(layout: QHBoxLayout, *widgets: QWidget) -> None:
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
