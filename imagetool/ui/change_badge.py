"""The badge in the status bar that says how many pixels have changed outside the mask, and shows what has."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton

from imagetool.ui import tokens
from imagetool.ui.icons import icon

_TIP = (
    "Every pixel outside the mask was compared with what it was before.\n"
    "Click to see what changed: black is the same to the last bit (Shift+C)"
)


class ChangeBadge(QPushButton):
    """Hidden until there is something to say; pressed while the map of changes is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("badge")
        self.setCheckable(True)
        self.setIconSize(QSize(tokens.ICON_PX - 4, tokens.ICON_PX - 4))
        self.setToolTip(_TIP)
        self.hide()

    def show_count(self, outside: int | None) -> None:
        """So many pixels have changed where the mask was 0; None where nothing is known."""
        self.setVisible(outside is not None)
        if outside is not None:
            self.setIcon(icon("alert" if outside else "enforced"))
            said = f"{outside} {'pixel' if outside == 1 else 'pixels'} changed outside"
            self.setText(f" {said}")  # a style sheet cannot move the words away from the icon
            self.setAccessibleName(said)
