"""The heart of the window: what shall be done, who does it, how, and the button that does it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.core.masks import MAX_SOFTNESS_PX
from imagetool.plugin.parameters import Params, Value
from imagetool.plugin.tasks import WORDS, Task
from imagetool.ui import tokens
from imagetool.ui.panels.failure import FailureNotice
from imagetool.ui.widgets.number_field import NumberField, NumberRange, NumberRow
from imagetool.ui.widgets.parameter_form import ParameterForm
from imagetool.ui.widgets.parts import Choice, icon_button, label, segment
from imagetool.ui.widgets.size_form import SizeForm

SEED_MAX = 999_999


@dataclass(frozen=True, eq=False, slots=True)
class Wish:
    """What the panel is set to: everything a request needs besides the picture."""

    model: CatalogModel
    params: Params
    seed: int
    softness_px: float
    dpi: int | None


class TaskPanel(QWidget):
    """Choices and the run button; it knows no document, it is told whether there is one and a mask."""

    run_wanted = Signal()
    cancel_wanted = Signal()
    card_wanted = Signal(object)  # CatalogModel
    model_changed = Signal(object)  # CatalogModel

    def __init__(self, catalog: Catalog, shortcut: str) -> None:
        super().__init__()
        self._catalog = catalog
        self._shortcut = shortcut
        self._values: dict[str, dict[str, Value]] = {}
        self._running = False
        self.ready_line = label("", "small")
        self.failure = FailureNotice()
        self.models = Choice()
        self.models.setAccessibleName("Model")
        self.run_button = QPushButton()
        self.run_button.setObjectName("run")
        self._summary = label("", "small")
        self._summary.setWordWrap(True)
        self._form = ParameterForm((), {})
        self._softness = NumberRow(
            "Soft edge",
            NumberRange(0, MAX_SOFTNESS_PX, 1, 0, unit="px", curve=2.0),
            "How far the old picture shows through at the mask's edge\n0 px to 50 px",
        )
        self.size_form = SizeForm()
        self._seed = NumberField(NumberRange(0, SEED_MAX, 1, 0), "Seed")
        self._task = next(iter(catalog.tasks), Task.INPAINT)
        self._task_buttons: dict[Task, QPushButton] = {}
        self._seeds = self._seed_row()
        self._rows = self._lay_out()
        self.models.currentIndexChanged.connect(self._on_model_chosen)
        self.run_button.clicked.connect(self._on_clicked)
        self.choose_task(self._task)

    @property
    def has_model(self) -> bool:
        """Whether there is a model to run."""
        return self.models.currentIndex() >= 0

    @property
    def wish(self) -> Wish:
        """The model, its parameters and the seed as they stand; there must be a model."""
        dpi = self.size_form.print_dpi
        return Wish(self._model, self._form.params, int(self._seed.value), self._softness.field.value, dpi)

    def choose_task(self, task: Task) -> None:
        """Shows a task's models."""
        self._task = task
        self.show_state(has_picture=False, has_mask=False)  # until someone answers `model_changed`
        self.models.clear()
        for model in self._catalog.models_for(task):
            self.models.addItem(model.entry.name, model)
        self._softness.setVisible(WORDS[task].needs_mask)
        self.size_form.setVisible(task is Task.UPSCALE)
        self._seeds.setVisible(WORDS[task].has_seed)
        for known, button in self._task_buttons.items():
            button.setChecked(known is task)

    @property
    def task(self) -> Task:
        """What is chosen to be done."""
        return self._task

    def show_state(self, *, has_picture: bool, has_mask: bool) -> None:
        """What can be done now stands on the button."""
        words = WORDS[self._task]
        missing = has_picture and words.needs_mask and not has_mask
        self.run_button.setEnabled(self._running or (self.has_model and has_picture and not missing))
        if not self._running:
            self.run_button.setText(words.hint if missing else words.verb)
            self.run_button.setToolTip(f"{words.verb} with {self.models.currentText()} ({self._shortcut})")

    def show_running(self, running: bool, done: float = 0.0) -> None:
        """While a job runs the button cancels it."""
        self._running = running
        if running:
            self.failure.clear()
            self.run_button.setEnabled(True)
            self.run_button.setText(f"Cancel · {done:.0%}")
            self.run_button.setToolTip("Stop the job; the picture stays as it is (Esc)")

    def new_seed(self) -> None:
        """Another seed: the next run looks different."""
        self._seed.set_value(random.randint(1, SEED_MAX))  # noqa: S311 - a seed is no secret

    @property
    def _model(self) -> CatalogModel:
        model: CatalogModel = self.models.currentData()
        return model

    def _lay_out(self) -> QVBoxLayout:
        """The choices scroll where the screen is low; the button always stays in sight."""
        choices = QWidget()
        choices.setObjectName("chrome")
        form = QVBoxLayout(choices)
        form.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        form.setSpacing(tokens.BETWEEN_PX)
        for part in (
            *(self._task_row(), self._model_row(), self._summary),
            *(self.size_form, self._form, self._softness, self._seeds, self.failure),
        ):
            form.addWidget(part)
        form.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it takes the keyboard
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(choices)
        foot = QVBoxLayout()
        foot.setContentsMargins(tokens.AROUND_PX, 0, tokens.AROUND_PX, tokens.BETWEEN_PX)
        foot.setSpacing(tokens.INSIDE_PX)
        foot.addWidget(self.ready_line)
        foot.addWidget(self.run_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        column.addWidget(scroll, 1)
        column.addLayout(foot)
        return form

    def _task_row(self) -> QWidget:
        row = QWidget()
        layout = _flat(row)
        for task in self._catalog.tasks:
            button = segment(WORDS[task].verb)
            self._task_buttons[task] = button
            button.clicked.connect(lambda _=False, chosen=task: self.choose_task(chosen))
            layout.addWidget(button)
        layout.addStretch()
        row.setVisible(len(self._catalog.tasks) > 1)
        return row

    def _model_row(self) -> QWidget:
        row = QWidget()
        layout = _flat(row)
        about = icon_button("info", "About this model: what it does, its licence, its limits")
        about.clicked.connect(self._on_card_wanted)
        layout.addWidget(label("Model"))
        layout.addWidget(self.models, 1)
        layout.addWidget(about)
        return row

    def _seed_row(self) -> QWidget:
        row = QWidget()
        layout = _flat(row)
        dice = icon_button("dice", "Another seed: the next run looks different")
        dice.clicked.connect(self.new_seed)
        self._seed.setToolTip(f"The same seed gives the same result\n0 to {SEED_MAX}")
        layout.addWidget(label("Seed"))
        layout.addStretch()
        layout.addWidget(self._seed)
        layout.addWidget(dice)
        return row

    def _on_model_chosen(self) -> None:
        if self.models.currentIndex() < 0:
            return
        model = self._model
        form = ParameterForm(model.entry.parameters, self._values.get(model.id, {}))
        form.changed.connect(lambda: self._values.update({model.id: dict(form.params)}))
        self._rows.replaceWidget(self._form, form)
        self._form.deleteLater()
        self._form = form
        form.setVisible(bool(model.entry.parameters))
        self._summary.setText(model.entry.summary)
        self.model_changed.emit(model)

    def _on_card_wanted(self) -> None:
        if self.has_model:
            self.card_wanted.emit(self._model)

    def _on_clicked(self) -> None:
        if self._running:
            self.cancel_wanted.emit()
        else:
            self.run_wanted.emit()


def _flat(row: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.BETWEEN_PX)
    return layout
