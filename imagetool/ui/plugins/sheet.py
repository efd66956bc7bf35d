"""A scrolling page of headings and plain lines, of which the details and the questions are made."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from imagetool.jobs.protection import Permission
from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.widgets.parts import label

_LOG_PX = 140
_LEADING_PX = 6


class Sheet(QScrollArea):
    """Begin with `clear`; what is added stands below what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column = QVBoxLayout()
        self.clear()

    def clear(self) -> None:
        """An empty page."""
        page = QWidget()
        page.setObjectName("chrome")
        outer = QVBoxLayout(page)
        outer.setContentsMargins(tokens.AROUND_PX, tokens.AROUND_PX, tokens.AROUND_PX, tokens.AROUND_PX)
        self._column = QVBoxLayout()
        self._column.setSpacing(_LEADING_PX)
        outer.addLayout(self._column)
        outer.addStretch()
        self.setWidget(page)

    @property
    def texts(self) -> list[str]:
        """Everything that is said on it."""
        return [it.text() for it in self.findChildren(QLabel) if it.text()]

    def add_line(self, text: str, style: str = "") -> None:
        """A paragraph; can be selected and copied."""
        line = label(text, style)
        line.setWordWrap(True)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(line)

    def add_heading(self, text: str) -> None:
        """What the lines below it are about."""
        self._column.addSpacing(tokens.BETWEEN_PX)
        self._column.addWidget(label(text, "heading"))
        self._column.addSpacing(tokens.INSIDE_PX)

    def add_trouble(self, text: str) -> None:
        """What is wrong, with the badge that stands in the list."""
        self._column.addLayout(_with_icon("alert", text, "danger"))

    def add_permissions(self, permissions: Sequence[Permission]) -> None:
        """What it may do, and for each whether this system sees to it."""
        for permission in permissions:
            name = "enforced" if permission.enforced else "unenforced"
            row = _with_icon(name, permission.text, "")
            row.addWidget(label(permission.label, "tag"), 0, Qt.AlignmentFlag.AlignTop)
            self._column.addLayout(row)

    def add_log(self, text: str, name: str) -> None:
        """Text to read and to copy; its end is in sight."""
        log = QPlainTextEdit(text)
        log.setReadOnly(True)
        log.setFixedHeight(_LOG_PX)
        log.setAccessibleName(name)
        log.setTabChangesFocus(True)
        self._column.addWidget(log)
        log.moveCursor(log.textCursor().MoveOperation.End)


def _with_icon(name: str, text: str, style: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.BETWEEN_PX)
    sign = QLabel()
    sign.setPixmap(icon(name).pixmap(QSize(tokens.ICON_PX - 4, tokens.ICON_PX - 4)))
    words = label(text, style)
    words.setWordWrap(True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words, 1)
    return row
