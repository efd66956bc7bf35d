"""Who does it: the model, a badge where its plugin is in trouble, and the way to its card."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.plugin.tasks import Task
from imagetool.ui import tokens
from imagetool.ui.widgets.parts import Choice, icon_button, label, plain_tip


class ModelRow(QWidget):
    """One task's models at a time."""

    chosen = Signal(object)  # CatalogModel
    card_wanted = Signal(object)  # CatalogModel
    plugin_wanted = Signal(str)  # id

    def __init__(self) -> None:
        super().__init__()
        self._troubles: dict[str, str] = {}
        self.models = Choice()
        self.models.setAccessibleName("Model")
        self.badge = icon_button("alert", "")
        self.badge.hide()
        about = icon_button("info", "About this model: what it does, its licence, its limits")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.BETWEEN_PX)
        row.addWidget(label("Model"))
        row.addWidget(self.models, 1)
        row.addWidget(self.badge)
        row.addWidget(about)
        self.models.currentIndexChanged.connect(self._on_chosen)
        about.clicked.connect(self._on_about_clicked)
        self.badge.clicked.connect(self._on_badge_clicked)

    @property
    def model(self) -> CatalogModel | None:
        """The chosen one."""
        model: CatalogModel | None = self.models.currentData()
        return model

    def fill(self, catalog: Catalog, task: Task, keep: str | None = None) -> None:
        """Offers the models of a task; the one with the id `keep` stays chosen where it is still there."""
        able = catalog.models_for(task)
        blocked = self.models.blockSignals(True)
        self.models.clear()
        for model in able:
            self.models.addItem(model.entry.name, model)
        ids = [model.id for model in able]
        self.models.setCurrentIndex(ids.index(keep) if keep in ids else 0 if ids else -1)
        self.models.blockSignals(blocked)
        self._on_chosen()

    def show_troubles(self, troubles: dict[str, str]) -> None:
        """What went wrong last with which plugin; a badge, not a dialog."""
        self._troubles = troubles
        self._show_badge()

    def _show_badge(self) -> None:
        trouble = self._troubles.get(self.model.plugin.manifest.id) if self.model else None
        self.badge.setVisible(trouble is not None)
        self.badge.setToolTip(plain_tip(f"{trouble}\nA click shows its plugin") if trouble else "")
        self.badge.setAccessibleName("Trouble with this model's plugin")

    def _on_chosen(self) -> None:
        self._show_badge()
        if self.model:
            self.chosen.emit(self.model)

    def _on_about_clicked(self) -> None:
        if self.model:
            self.card_wanted.emit(self.model)

    def _on_badge_clicked(self) -> None:
        if self.model:
            self.plugin_wanted.emit(self.model.plugin.manifest.id)
