"""Windows that only show something to read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

import imagetool
from imagetool.catalog.catalog import CatalogModel
from imagetool.ui import tokens
from imagetool.ui.commands import Actions
from imagetool.ui.widgets.parts import label

_CARD_SIZE_PX = (640, 560)
_KEYS_SIZE_PX = (440, 560)


def show_card(window: QWidget, model: CatalogModel) -> None:
    """A model's card as plain text: what it does, its licence, its figures, its limits."""
    page = QPlainTextEdit(_card_text(model))
    page.setReadOnly(True)
    page.setAccessibleName("Model card")
    manifest = model.plugin.manifest
    facts = f"{manifest.name} {manifest.version} · {manifest.author} · {manifest.license}"
    _dialog(window, f"About {model.entry.name}", [label(facts, "muted"), page], _CARD_SIZE_PX).exec()


def show_keys(window: QWidget, actions: Actions) -> None:
    """Every command that has a key."""
    sheet = QWidget()
    sheet.setObjectName("chrome")
    grid = QGridLayout(sheet)
    keyed = [command for command in actions.commands if command.keys]
    for row, command in enumerate(keyed):
        keys = actions[command.id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(label(command.text), row, 0)
        grid.addWidget(label(keys, "muted"), row, 1)
    held = (("Move the view", "Space, held"), ("The picture as it was", "\\, held"), ("Brush size", "Alt+wheel"))
    for row, (text, keys) in enumerate(held, len(keyed)):
        grid.addWidget(label(text), row, 0)
        grid.addWidget(label(keys, "muted"), row, 1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(sheet)
    _dialog(window, "Keyboard shortcuts", [scroll], _KEYS_SIZE_PX).exec()


def show_about(window: QWidget) -> None:
    """Name, version, licence."""
    lines = [
        label("imagetool", "title"),
        label(f"Version {imagetool.__version__} · Apache-2.0", "muted"),
        label("A local-first image editor whose tools are models.\nNothing leaves this computer."),
    ]
    _dialog(window, "About imagetool", lines, (320, 160)).exec()


def _card_text(model: CatalogModel) -> str:
    try:
        return model.card.read_text("utf-8") if model.card else f"{model.entry.name} has no card."
    except (OSError, UnicodeDecodeError):
        return f"The card of {model.entry.name} cannot be read."


def _dialog(window: QWidget, title: str, parts: Sequence[QWidget], size_px: tuple[int, int]) -> QDialog:
    dialog = QDialog(window)
    dialog.setWindowTitle(title)
    dialog.resize(*size_px)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(*[tokens.AROUND_PX] * 4)
    column.setSpacing(tokens.BETWEEN_PX)
    for part in parts:
        column.addWidget(part)
    close = QPushButton("Close")
    close.clicked.connect(dialog.accept)
    column.addWidget(close)
    return dialog
