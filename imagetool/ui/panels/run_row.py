"""The button that runs a model, and stops it; while it does, a second one that queues another job."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from imagetool.plugin.tasks import WORDS, Task, TaskWords
from imagetool.ui import tokens
from imagetool.ui.widgets.parts import plain_tip


@dataclass(frozen=True, slots=True)
class RunState:
    """What the buttons are about.

    Attributes:
        words: How the chosen task is called.
        model: The chosen model's name.
        able: Whether there are a picture and a model.
        missing: Whether something has to be painted first.
        done: How much of the job under way is done, 0 to 1; None where there is none.
        ending: What is said of a job that can no longer be stopped; empty where it can.
        wish: What the button says where the verb alone does not tell it; empty where it does.
        queues: Whether another job can be asked for while one is under way.
    """

    words: TaskWords = WORDS[Task.INPAINT]
    model: str = ""
    able: bool = False
    missing: bool = False
    done: float | None = None
    ending: str = ""
    wish: str = ""
    queues: bool = True


class RunRow(QWidget):
    """Knows no document; it is told what can be done."""

    run_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, shortcut: str) -> None:
        super().__init__()
        self._shortcut = shortcut
        self._state = RunState()
        self.run_button = QPushButton()
        self.run_button.setObjectName("run")
        self.queue_button = QPushButton("Queue")
        self.queue_button.setObjectName("queue")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.BETWEEN_PX)
        row.addWidget(self.run_button, 1)
        row.addWidget(self.queue_button)
        self.run_button.clicked.connect(self._on_clicked)
        self.queue_button.clicked.connect(self.run_wanted)
        self._show()

    def show_choice(self, words: TaskWords, model: str, *, able: bool, missing: bool, wish: str = "") -> None:
        """What a run would do, whether it can, and whether something has to be painted first."""
        self._state = replace(self._state, words=words, model=model, able=able, missing=missing, wish=wish)
        self._show()

    def show_job(self, done: float | None, ending: str, *, queues: bool = True) -> None:
        """How much of the job under way is done, 0 to 1, or None; `ending` where it can no longer be stopped."""
        state = replace(self._state, done=done, ending=ending, queues=queues)
        if state != self._state:
            self._state = state
            self._show()

    def _show(self) -> None:
        state, words = self._state, self._state.words
        ready = state.able and not state.missing
        running = state.done is not None
        self.queue_button.setVisible(running and state.queues)
        self.queue_button.setEnabled(ready)
        tip = f"{words.verb} with {state.model} ({self._shortcut})"
        if running:
            self.run_button.setEnabled(True)  # while it ends, too: else the keyboard's focus would jump
            self.run_button.setText(state.ending or f"Cancel · {state.done:.0%}")
            another = f"\n{self._shortcut} queues another one" if state.queues else ""
            self.run_button.setToolTip(f"Stop this job (Esc){another}")
            seed = "\nIts seed is another one, where nothing else is" if words.has_seed else ""
            first = (
                f"{words.hint} first"
                if state.missing
                else f"{tip}\nIt begins when the jobs before it are done{seed}"
            )
            self.queue_button.setToolTip(plain_tip(first))
        else:
            self.run_button.setEnabled(ready)
            self.run_button.setText(words.hint if state.missing else state.wish or words.verb)
            self.run_button.setToolTip(plain_tip(tip))

    def _on_clicked(self) -> None:
        if self._state.done is not None:
            self.cancel_wanted.emit()
        else:
            self.run_wanted.emit()
