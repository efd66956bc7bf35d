"""Format and quality of an exported copy."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from imagetool.core.files import SaveOptions
from imagetool.ui import tokens
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import Tick, answers, label, segment

_SAYS = {
    "PNG": "Keeps every pixel, 8 or 16 bit.",
    "JPEG": "Small files for photos; 8 bit, no transparency.",
    "WebP": "Smaller than JPEG at the same quality; 8 bit.",
    "TIFF": "Keeps every pixel, 8 or 16 bit; for print and other editors.",
}
_WITH_QUALITY = ("JPEG", "WebP")
_WIDTH_PX = 360


class ExportDialog(QDialog):
    """Asks how; where the copy goes is asked after it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(_WIDTH_PX)
        self.format = "PNG"
        self._says = label("", "muted")
        self._quality = NumberRow(
            "Quality", NumberRange(1, 100, 1, 95), "Higher is larger and closer to the picture"
        )
        self._lossless = Tick("Lossless")
        formats = QHBoxLayout()
        self._buttons = {name: segment(name) for name in _SAYS}
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _=False, chosen=name: self.choose(chosen))
            formats.addWidget(button)
        formats.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.AROUND_PX] * 4)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addLayout(formats)
        for widget in (self._says, self._quality, self._lossless):
            column.addWidget(widget)
        column.addSpacing(tokens.BETWEEN_PX)
        column.addLayout(answers(self, "Export…"))
        self.choose("PNG")

    @property
    def options(self) -> SaveOptions:
        """Quality and losslessness as chosen."""
        return SaveOptions(int(self._quality.field.value), self.format == "WebP" and self._lossless.isChecked())

    def choose(self, format_name: str) -> None:
        """Takes another format."""
        self.format = format_name
        self._buttons[format_name].setChecked(True)
        self._says.setText(_SAYS[format_name])
        self._quality.setVisible(format_name in _WITH_QUALITY)
        self._lossless.setVisible(format_name == "WebP")
