"""Turns tokens into Qt's palette and style sheet, and follows the system between dark and light."""

from __future__ import annotations

from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from imagetool.ui import tokens
from imagetool.ui.stylesheet import SHEET
from imagetool.ui.tokens import Tokens


class Theme(QObject):
    """The look of the application: `choice` is `system`, `dark` or `light`."""

    changed = Signal(object)  # Tokens

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        application.setStyle("Fusion")
        font = QFont(application.font())
        font.setPixelSize(tokens.FONT_PX)
        application.setFont(font)
        application.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self.tokens = self._chosen()
        self._apply()

    @property
    def choice(self) -> str:
        """What the user chose."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Changes to `system`, `dark` or `light`."""
        self._choice = choice
        self._on_scheme_changed()

    def _on_scheme_changed(self) -> None:
        chosen = self._chosen()
        if chosen is not self.tokens:
            self.tokens = chosen
            self._apply()
            self.changed.emit(chosen)

    def _chosen(self) -> Tokens:
        if self._choice in ("dark", "light"):
            return tokens.DARK if self._choice == "dark" else tokens.LIGHT
        scheme = self._application.styleHints().colorScheme()
        return tokens.LIGHT if scheme == Qt.ColorScheme.Light else tokens.DARK

    def _apply(self) -> None:
        self._application.setPalette(_palette(self.tokens))
        values = {name: getattr(self.tokens, name) for name in Tokens.__slots__}
        small = {"small_px": tokens.SMALL_FONT_PX, "corner_px": tokens.CORNER_PX}
        self._application.setStyleSheet(Template(SHEET).substitute(values, **small))


def _palette(chosen: Tokens) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: chosen.chrome,
        roles.Base: chosen.field,
        roles.AlternateBase: chosen.chrome,
        roles.Button: chosen.raised,
        roles.WindowText: chosen.text,
        roles.Text: chosen.text,
        roles.ButtonText: chosen.text,
        roles.PlaceholderText: chosen.muted,
        roles.ToolTipBase: chosen.raised,
        roles.ToolTipText: chosen.text,
        roles.Highlight: chosen.accent,
        roles.HighlightedText: chosen.on_accent,
        roles.Accent: chosen.accent,
        roles.Link: chosen.accent,
        roles.Mid: chosen.line,
        roles.Midlight: chosen.hover,
        roles.Dark: chosen.line,
        roles.Shadow: chosen.surround,
        roles.Light: chosen.raised,
    }.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(chosen.muted))
    return palette
