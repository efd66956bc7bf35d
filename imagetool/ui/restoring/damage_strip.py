"""The damage that was found: how much of it becomes the mask, which follows in the picture at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from imagetool.core.damage import MOST_GROWTH_PX, Cut
from imagetool.ui import tokens
from imagetool.ui.widgets.elided import Elided
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import label

_HINT = "Correct it with brush and eraser"
_SLIDER_PX = 180
_LEAST_SHOWN = 0.001


def sensitivity_row(percent: float, slider_px: int | None = None) -> NumberRow:
    """How much counts as damage, in percent."""
    return NumberRow(
        "Sensitivity",
        NumberRange(1, 99, 1, percent, unit="%"),
        "Higher masks fainter damage, too, and more that is none\n1 % to 99 %",
        slider_px,
    )


def shown_share(share: float) -> str:
    """A share from 0 to 1 in percent; one that is hardly more than nothing says so."""
    return f"{share:.1%}" if share >= _LEAST_SHOWN or not share else f"less than {_LEAST_SHOWN:.1%}"


class DamageStrip(QFrame):
    """Shows and asks; `cut` is what is asked for."""

    changed = Signal()
    use_wanted = Signal()
    restore_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.heading = label("", "strong")
        self.sensitivity = sensitivity_row(cut.sensitivity * 100, _SLIDER_PX)
        self.growth = NumberRow(
            "Grow by",
            NumberRange(0, MOST_GROWTH_PX, 1, cut.grow_px, unit="px", curve=2.0),
            f"How far the mask reaches beyond what was found, over soft rims\n0 px to {MOST_GROWTH_PX} px",
            _SLIDER_PX,
        )
        self.use_button, self.discard_button = QPushButton("Use as mask"), QPushButton("Discard")
        self.restore_button = QPushButton("Restore…")
        self.use_button.setToolTip("The mask stays as it is")
        self.restore_button.setToolTip("Fills what is masked, then denoises and colours, step by step")
        self.discard_button.setToolTip("The mask becomes what it was before (Esc)")
        self._lay_out()
        self._connect()

    @property
    def cut(self) -> Cut:
        """How much of the map becomes the mask."""
        return Cut(self.sensitivity.field.value / 100, int(self.growth.field.value))

    @property
    def moving(self) -> bool:
        """Whether a slider is being dragged."""
        return self.sensitivity.slider.isSliderDown() or self.growth.slider.isSliderDown()

    def show_share(self, share: float) -> None:
        """How much of the picture is masked, from 0 to 1."""
        found = f"Damage: {shown_share(share)} of the picture"
        self.heading.setText(found if share else "No damage at this sensitivity")

    def _lay_out(self) -> None:
        head, rows = QHBoxLayout(), QHBoxLayout()
        for line in (head, rows):
            line.setSpacing(tokens.BETWEEN_PX)
        head.addWidget(self.heading)
        head.addWidget(Elided(_HINT, "muted"), 1)
        for button in (self.discard_button, self.restore_button, self.use_button):
            head.addWidget(button)
        rows.addWidget(self.sensitivity)
        rows.addSpacing(tokens.AROUND_PX)
        rows.addWidget(self.growth)
        rows.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        column.setSpacing(tokens.INSIDE_PX)
        column.addLayout(head)
        column.addLayout(rows)

    def _connect(self) -> None:
        for row in (self.sensitivity, self.growth):
            row.value_changed.connect(lambda _: self.changed.emit())
            row.slider.sliderReleased.connect(self.changed)
        self.use_button.clicked.connect(self.use_wanted)
        self.restore_button.clicked.connect(self.restore_wanted)
        self.discard_button.clicked.connect(self.discard_wanted)
