"""What shall be compared: the models, the seeds, or one setting in several values."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from imagetool.catalog.catalog import CatalogModel
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.ui import tokens
from imagetool.ui.shootout.entrants import (
    MOST_ENTRANTS,
    Entrant,
    several_models,
    several_seeds,
    several_values,
    varied,
)
from imagetool.ui.shootout.setting_row import SettingRow
from imagetool.ui.widgets.flow_layout import FlowLayout
from imagetool.ui.widgets.number_field import NumberField, NumberRange
from imagetool.ui.widgets.parts import Tick, label, segment, without_mnemonic

_USUAL = 5
_AT_FIRST = 5  # models that are ticked when the window opens


@dataclass(frozen=True, eq=False, slots=True)
class Offered:
    """What the task panel is set to: the models of its task with their values, and which one is chosen."""

    chosen: CatalogModel
    params: dict[str, Params]
    models: tuple[CatalogModel, ...]
    seed: int
    has_seed: bool


class Setup(QWidget):
    """Three kinds of comparison, each with its own row."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kinds = {name: segment(name) for name in ("Models", "Seeds", "One setting")}
        self._offered: Offered | None = None
        self.ticks: dict[str, Tick] = {}
        self._models = QWidget()
        self._flow = FlowLayout(self._models, tokens.AROUND_PX)
        self.seeds = NumberField(NumberRange(2, MOST_ENTRANTS, 1, _USUAL), "Number of seeds")
        self.setting = SettingRow()
        self._pages = QStackedWidget()
        for page in (self._models, _seeds_row(self.seeds), self.setting):
            self._pages.addWidget(page)
        row = QHBoxLayout()
        row.setSpacing(tokens.INSIDE_PX)
        for place, button in enumerate(self.kinds.values()):
            row.addWidget(button)
            button.toggled.connect(lambda on, place=place: self._on_kind_chosen(place, on))
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addLayout(row)
        column.addWidget(self._pages)
        self.seeds.value_changed.connect(self.changed)
        self.setting.changed.connect(self.changed)

    def offer(self, offered: Offered) -> None:
        """Offers what the panel is set to; chooses the first kind that makes sense."""
        self._offered = offered
        parameters = varied(offered.chosen.entry.parameters)
        for tick in self.ticks.values():
            self._flow.removeWidget(tick)
            tick.deleteLater()
        first = [offered.chosen, *(model for model in offered.models if model != offered.chosen)][:_AT_FIRST]
        self.ticks = {}
        for model in offered.models:
            tick = Tick(without_mnemonic(model.entry.name))
            tick.setChecked(model in first)
            tick.setToolTip(model.id)
            tick.toggled.connect(self.changed)
            self._flow.addWidget(tick)
            self.ticks[model.id] = tick
        self.setting.offer(parameters)
        able = {"Models": len(offered.models) > 1, "Seeds": offered.has_seed, "One setting": bool(parameters)}
        why = {"Models": "There is only one model", "Seeds": "Every seed gives the same here"}
        for name, button in self.kinds.items():
            button.setEnabled(able[name])
            button.setToolTip("" if able[name] else why.get(name, "The model has no such setting"))
        kind = next((name for name in able if able[name]), "Models")
        self.kinds[kind].setChecked(True)
        self.changed.emit()

    @property
    def offered_task(self) -> Task:
        """What the models do."""
        return self._offered.chosen.entry.task if self._offered else Task.FILTER

    @property
    def kind(self) -> str:
        """Which of the three."""
        return next((name for name, button in self.kinds.items() if button.isChecked()), "Models")

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        """The cells beside the original."""
        offered = self._offered
        if offered is None:
            return ()
        own = offered.params[offered.chosen.id]
        match self.kind:
            case "Seeds":
                return several_seeds(offered.chosen, own, offered.seed, int(self.seeds.value))
            case "One setting" if self.setting.parameter:
                parameter, values = self.setting.parameter, self.setting.values
                return several_values(offered.chosen, own, offered.seed, parameter, values)
        ticked = [model for model in offered.models if self.ticks[model.id].isChecked()][:MOST_ENTRANTS]
        return several_models([(model, offered.params[model.id]) for model in ticked], offered.seed)

    def _on_kind_chosen(self, place: int, on: bool) -> None:
        if on:
            self._pages.setCurrentIndex(place)
            self.changed.emit()


def _seeds_row(seeds: NumberField) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.BETWEEN_PX)
    layout.addWidget(label("Number of seeds"))
    layout.addWidget(seeds)
    layout.addStretch()
    return row
