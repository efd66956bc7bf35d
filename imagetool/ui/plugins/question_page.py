"""A question with everything there is to know before it is answered; no is the default."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.plugins.notes import Question
from imagetool.ui.plugins.sheet import Sheet
from imagetool.ui.widgets.parts import line, without_mnemonic


class QuestionPage(QWidget):
    """Shows one question at a time; it is answered once."""

    def __init__(self) -> None:
        super().__init__()
        self._answer: Callable[[bool], object] | None = None
        self.sheet = Sheet()
        self.agree, self.cancel = QPushButton(), QPushButton("Cancel")
        self.agree.setAutoDefault(False)
        self.cancel.setDefault(True)
        self.agree.clicked.connect(lambda: self.give(True))
        self.cancel.clicked.connect(lambda: self.give(False))
        row = QHBoxLayout()
        row.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.AROUND_PX)
        row.setSpacing(tokens.BETWEEN_PX)
        row.addStretch()
        row.addWidget(self.cancel)
        row.addWidget(self.agree)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sheet, 1)
        column.addWidget(line())
        column.addLayout(row)

    @property
    def pending(self) -> bool:
        """Whether somebody waits for an answer."""
        return self._answer is not None

    def ask(self, question: Question, on_answer: Callable[[bool], object]) -> None:
        """Shows the question; `on_answer` is told the answer."""
        self.give(False)  # what was asked before is not asked any more
        self._answer = on_answer
        self.sheet.clear()
        self.sheet.add_line(question.title, "name")
        for text in question.lines:
            self.sheet.add_line(text)
        if question.changes:
            self.sheet.add_heading("What you agree to")
        for text in question.changes:
            self.sheet.add_line(text)
        if question.permissions:
            self.sheet.add_heading("What it may do")
            self.sheet.add_permissions(question.permissions)
        self.agree.setText(without_mnemonic(question.verb))

    def withdraw(self) -> None:
        """Nobody waits for an answer any more."""
        self.give(False)

    def take_focus(self) -> None:
        """Return answers no."""
        self.cancel.setFocus()

    def give(self, agreed: bool) -> None:
        """Answers."""
        answer, self._answer = self._answer, None
        if answer:
            answer(agreed)
