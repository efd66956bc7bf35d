"""A message in one line, and after it a button for everything that can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from imagetool.ui import tokens
from imagetool.ui.widgets.elided import Elided
from imagetool.ui.widgets.parts import quiet_button

Answers = Mapping[str, Callable[[], object]]


class MessageStrip(QWidget):
    """Shows one message at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.message = Elided()
        self._buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(tokens.INSIDE_PX)
        self._row.addWidget(self.message)
        self._row.addStretch(1)
        self.clear()

    def show_message(self, sentence: str, answers: Answers, *, asking: bool = False) -> None:
        """Says a sentence; where it asks something, its answers are buttons that cannot be overlooked."""
        self.clear()
        self.message.setText(sentence)
        self.message.show()
        for text, act in answers.items():
            button = QPushButton(text) if asking else quiet_button(text)
            button.clicked.connect(lambda _=False, act=act: act())
            self._row.insertWidget(self._row.count() - 1, button)
            button.show()  # at once: in a layout it would come with the next turn of the event loop
            self._buttons.append(button)

    def clear(self) -> None:
        """Says nothing any more."""
        self.message.hide()
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons.clear()
