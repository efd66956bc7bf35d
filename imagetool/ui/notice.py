"""A bar over the canvas that says something and offers what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import icon_button, label


class NoticeBar(QWidget):
    """Shows notices below each other; each goes when it is answered or dismissed."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def sentences(self) -> list[str]:
        """What is being said."""
        return [
            notice.property("sentence") for notice in self.findChildren(QFrame, "notice") if not notice.isHidden()
        ]

    def show_notice(
        self,
        sentence: str,
        answers: dict[str, Callable[[], object]],
        on_dismiss: Callable[[], object] | None = None,
    ) -> None:
        """Says a sentence, with a button for every answer."""
        notice = QFrame()
        notice.setObjectName("notice")
        notice.setProperty("sentence", sentence)
        row = QHBoxLayout(notice)
        row.setContentsMargins(tokens.AROUND_PX, tokens.INSIDE_PX, tokens.BETWEEN_PX, tokens.INSIDE_PX)
        words = label(sentence)
        words.setWordWrap(True)
        row.addWidget(words, 1)
        for text, act in answers.items():
            row.addWidget(self._answer(text, act, notice))
        close = icon_button("close", "Dismiss")
        close.clicked.connect(lambda: self._end(notice, on_dismiss))
        row.addWidget(close)
        self._column.addWidget(notice)

    def _answer(self, text: str, act: Callable[[], object], notice: QFrame) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda: self._end(notice, act))
        return button

    def _end(self, notice: QFrame, act: Callable[[], object] | None) -> None:
        notice.hide()
        notice.deleteLater()
        if act:
            act()
