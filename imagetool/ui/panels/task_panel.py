"""The heart of the window: what shall be done, who does it, how, and the button that does it."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.core.geometry import Size
from imagetool.core.masks import MAX_SOFTNESS_PX
from imagetool.plugin.errors import ParameterError
from imagetool.plugin.parameters import Params, Value
from imagetool.plugin.tasks import WORDS, Task
from imagetool.ui import tokens
from imagetool.ui.panels.failure import FailureNotice
from imagetool.ui.panels.model_row import ModelRow
from imagetool.ui.panels.run_row import RunRow
from imagetool.ui.panels.task_row import TaskRow
from imagetool.ui.widgets.create_form import CreateForm
from imagetool.ui.widgets.number_field import NumberField, NumberRange, NumberRow
from imagetool.ui.widgets.parameter_form import ParameterForm
from imagetool.ui.widgets.parts import icon_button, label
from imagetool.ui.widgets.size_form import SizeForm

SEED_MAX = 999_999
MOST_WAYS = 8
_NO_SIZE = Size(1, 1)
KEEP_SIZE = frozenset({Task.DENOISE, Task.FILTER, Task.COLORIZE})
"""What changes a picture as it is; a painted mask limits where."""


@dataclass(frozen=True, eq=False, slots=True)
class Wish:
    """What the panel is set to: everything a request needs besides the picture.

    `size` and `count` are those of new pictures; `ways` is in how many ways a hole is to be filled.
    """

    model: CatalogModel
    params: Params
    seed: int
    softness_px: float
    dpi: int | None
    size: Size = _NO_SIZE
    count: int = 1
    ways: int = 1


class TaskPanel(QWidget):
    """Choices and the run button; it knows no document, it is told whether there is one and a mask."""

    run_wanted = Signal()
    cancel_wanted = Signal()
    card_wanted = Signal(object)  # CatalogModel
    model_changed = Signal(object)  # CatalogModel

    def __init__(self, catalog: Catalog, shortcut: str) -> None:
        super().__init__()
        self._catalog = catalog
        self._values: dict[str, dict[str, Value]] = {}
        self.ready_line = label("", "small")
        self.failure = FailureNotice()
        self.model_row = ModelRow()
        self.models = self.model_row.models
        self._run_row = RunRow(shortcut)
        self.run_button, self.queue_button = self._run_row.run_button, self._run_row.queue_button
        self._summary = label("", "small")
        self._summary.setWordWrap(True)
        self._form = ParameterForm((), {})
        self._softness = NumberRow(
            "Soft edge",
            NumberRange(0, MAX_SOFTNESS_PX, 1, 0, unit="px", curve=2.0),
            "How far the old picture shows through at the mask's edge\n0 px to 50 px",
        )
        self.size_form, self.create_form = SizeForm(), CreateForm()
        self._ways = 1
        self.ways_field: NumberField | None = None  # of the form that is shown, where it asks for ways
        self._seed = NumberField(NumberRange(0, SEED_MAX, 1, 0), "Seed")
        self._task = next(iter(catalog.tasks), Task.INPAINT)
        self._able = self._missing = False
        self._shown_model: CatalogModel | None = None
        self._tasks = TaskRow()
        self._chosen: dict[Task, str] = {}  # the model last chosen for each
        self._seeds = self._seed_row()
        self._rows = self._lay_out()
        self._tasks.show_tasks(catalog.tasks)
        self._tasks.chosen.connect(self.choose_task)
        self.model_row.chosen.connect(self._on_model_chosen)
        self.model_row.card_wanted.connect(self.card_wanted)
        self._run_row.run_wanted.connect(self.run_wanted)
        self._run_row.cancel_wanted.connect(self.cancel_wanted)
        self.create_form.changed.connect(self._show_choice)
        self.choose_task(self._task)

    @property
    def has_model(self) -> bool:
        """Whether there is a model to run."""
        return self.models.currentIndex() >= 0

    @property
    def wish(self) -> Wish:
        """The model, its parameters and the seed as they stand; there must be a model."""
        return Wish(
            self._model,
            self._form.params,
            int(self._seed.value),
            self._softness.field.value,
            self.size_form.print_dpi,
            self.create_form.size_px,
            self.create_form.count,
            self.ways,
        )

    @property
    def ways(self) -> int:
        """In how many ways a hole is to be filled; 1 for the other tasks."""
        return self._ways if self._task is Task.INPAINT else 1

    def choose_task(self, task: Task) -> None:
        """Shows a task's models."""
        self._task = task
        self.show_state(has_picture=False, has_mask=False)  # until someone answers `model_changed`
        self.size_form.setVisible(task is Task.UPSCALE)
        self.create_form.setVisible(task is Task.GENERATE)
        self._seeds.setVisible(WORDS[task].has_seed)
        self._tasks.show_task(task)
        self.model_row.fill(self._catalog, task, self._chosen.get(task))

    def set_catalog(self, catalog: Catalog) -> None:
        """Other models: the task, the model and the values that were set stay where they still exist."""
        self._catalog = catalog
        self._tasks.show_tasks(catalog.tasks)
        gone = catalog.tasks and self._task not in catalog.tasks
        self.choose_task(catalog.tasks[0] if gone else self._task)

    @property
    def task(self) -> Task:
        """What is chosen to be done."""
        return self._task

    def show_state(self, *, has_picture: bool, has_mask: bool) -> None:
        """What can be done now stands on the button."""
        words = WORDS[self._task]
        self._softness.setVisible(words.needs_mask or (self._task in KEEP_SIZE and has_mask))
        self._missing = has_picture and bool(words.hint) and not has_mask
        self._able = self.has_model and (has_picture or self._task is Task.GENERATE)
        self._show_choice()

    def show_job(self, done: float | None, ending: str = "", *, queues: bool = True) -> None:
        """While a job runs, of which so much is done, the button stops it, and another one may queue the next."""
        self._run_row.show_job(done, ending, queues=queues)

    @property
    def able_models(self) -> tuple[CatalogModel, ...]:
        """All models of the chosen task."""
        return self._catalog.models_for(self._task)

    def params_for(self, model: CatalogModel) -> Params:
        """The values that were set for a model, else its defaults."""
        return Params.checked(model.entry.parameters, self._kept_values(model))

    def model_for(self, task: Task) -> CatalogModel | None:
        """The model that was last chosen for a task, else the one it begins with; None where there is none."""
        able = self._catalog.models_for(task)
        return next((model for model in able if model.id == self._chosen.get(task)), next(iter(able), None))

    def take(self, model: CatalogModel, params: Params, seed: int) -> None:
        """Sets the panel to a model, its values and a seed."""
        self._values[model.id] = dict(params)
        self._chosen[model.entry.task] = model.id
        self._shown_model = None  # its form is to be filled again
        self.choose_task(model.entry.task)
        self._seed.set_value(seed)

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
            *(self._tasks, self.model_row, self._summary),
            *(self.size_form, self._form, self.create_form, self._softness, self._seeds, self.failure),
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
        foot.addWidget(self._run_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        column.addWidget(scroll, 1)
        column.addLayout(foot)
        return form

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

    def _ways_row(self) -> NumberRow:
        allowed = NumberRange(1, MOST_WAYS, 1, 1)
        row = NumberRow("Ways", allowed, f"How many different fillings to choose from\n1 to {MOST_WAYS}")
        row.set_value(self._ways)
        self.ways_field = row.field
        row.value_changed.connect(self._on_ways_changed)
        return row

    def _on_ways_changed(self, ways: float) -> None:
        self._ways = int(ways)
        self._show_choice()

    def _show_choice(self) -> None:
        """What can be done now stands on the button."""
        model, wish = self.models.currentText(), ""
        if self._task is Task.GENERATE and self.create_form.count > 1:
            wish = f"Create {self.create_form.count} pictures"
        elif self.ways > 1:
            wish = f"Fill in {self.ways} ways"
        words = WORDS[self._task]
        self._run_row.show_choice(words, model, able=self._able, missing=self._missing, wish=wish)

    def _on_model_chosen(self, model: CatalogModel) -> None:
        self._chosen[self._task] = model.id
        if model != self._shown_model:  # the same one keeps what is being typed
            self._shown_model = model
            self._show_form(model)
        self.model_changed.emit(model)

    def _show_form(self, model: CatalogModel) -> None:
        ways = self._ways_row() if self._task is Task.INPAINT else None
        self.create_form.set_model(model.id, model.entry)
        form = ParameterForm(model.entry.parameters, self._kept_values(model), ways)
        form.changed.connect(lambda: self._values.update({model.id: dict(form.params)}))
        self._rows.replaceWidget(self._form, form)
        self._form.deleteLater()
        self._form = form
        form.setVisible(bool(model.entry.parameters or ways))
        self._summary.setText(model.entry.summary)
        self._summary.setVisible(bool(model.entry.summary))

    def _kept_values(self, model: CatalogModel) -> dict[str, Value]:
        """What was set for the model before, as far as this version of it takes it."""
        values = self._values.get(model.id, {})
        kept = {}
        for parameter in model.entry.parameters:
            if parameter.id in values:
                with contextlib.suppress(ParameterError):
                    kept[parameter.id] = parameter.check(values[parameter.id])
        return kept


def _flat(row: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.BETWEEN_PX)
    return layout
