"""The verbs at the top of the task panel: what can be done, one of them chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from imagetool.plugin.tasks import WORDS, Task
from imagetool.ui import tokens
from imagetool.ui.widgets.flow_layout import FlowLayout
from imagetool.ui.widgets.parts import segment


class TaskRow(QWidget):
    """One button for each task that some model can do; as many lines as it takes."""

    chosen = Signal(object)  # Task

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tasks")
        self._buttons: dict[Task, QPushButton] = {}
        self._lines = FlowLayout(self, tokens.INSIDE_PX)

    def show_tasks(self, tasks: tuple[Task, ...]) -> None:
        """These tasks from now on; where there is only one, there is nothing to choose."""
        if tuple(self._buttons) == tasks:
            return
        for button in self._buttons.values():
            self._lines.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self._buttons = {task: self._button(task) for task in tasks}
        self.setVisible(len(tasks) > 1)
        self.updateGeometry()

    def show_task(self, task: Task) -> None:
        """Marks the chosen one."""
        if task in self._buttons:
            self._buttons[task].setChecked(True)

    def _button(self, task: Task) -> QPushButton:
        button = segment(WORDS[task].verb)
        button.clicked.connect(lambda: self.chosen.emit(task))
        self._lines.addWidget(button)
        return button
