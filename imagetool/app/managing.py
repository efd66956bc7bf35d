"""Connects the plugin manager with the desk behind it, and tells the window what has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imagetool.app.arrivals import Answered, Arrivals
from imagetool.app.plugin_desk import PluginDesk
from imagetool.ui.main_window import MainWindow
from imagetool.ui.plugins.notes import Activity, Outcome, Question

if TYPE_CHECKING:  # not needed for the first picture
    from imagetool.ui.plugins.inventory import Inventory, PluginFacts
    from imagetool.ui.plugins.manager import PluginManager


class Managing(QObject):
    """Makes the manager when it is first wanted; a plugin in trouble has a badge until it works again."""

    catalog_changed = Signal(object)  # Catalog

    def __init__(self, window: MainWindow, desk: PluginDesk, arrivals: Arrivals) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._inventory: Inventory | None = None
        self._manager: PluginManager | None = None
        self._activity: Activity | None = None
        self._troubles: dict[str, str] = {}
        desk.scanned.connect(self._on_scanned)
        desk.activity_changed.connect(self._on_activity_changed)
        desk.asked.connect(self._on_asked)
        desk.ended.connect(self._on_ended)
        arrivals.answered.connect(self._on_answered)
        window.task.failure.plugin_wanted.connect(self.show)
        window.task.model_row.plugin_wanted.connect(self.show)

    @property
    def manager(self) -> PluginManager:
        """The window of the plugins."""
        if self._manager is None:
            self._manager = self._made()
        return self._manager

    def show(self, plugin_id: str = "") -> None:
        """Shows the manager, at a plugin where one is named."""
        self.manager.bring(plugin_id)
        self._desk.rescan()

    def install(self, source: str) -> None:
        """Installs what is at a path or an address; the manager shows how it goes, and asks."""
        if self._desk.safe_mode:
            self._window.status.say("Nothing is installed in safe mode. Restart with all plugins first.")
            return
        self.manager.bring()
        self._desk.install(source)

    def _made(self) -> PluginManager:
        from imagetool.ui.plugins.manager import PluginManager

        manager = PluginManager(self._window)
        desk, details = self._desk, manager.details
        manager.stop_wanted.connect(desk.stop)
        manager.sources.wanted.connect(desk.install)
        details.check_wanted.connect(lambda facts: desk.check(facts.plugin))
        details.update_wanted.connect(lambda facts: desk.update(facts.id, facts.name))
        details.roll_back_wanted.connect(lambda facts: desk.roll_back(facts.id, facts.name))
        details.switch_wanted.connect(self._on_switch_wanted)
        details.remove_wanted.connect(self._on_remove_wanted)
        manager.show_troubles(self._troubles)
        manager.show_activity(self._activity)
        if self._inventory:
            manager.show_inventory(self._inventory)
        else:
            desk.rescan()
        return manager

    def _on_switch_wanted(self, facts: PluginFacts) -> None:
        self._desk.set_enabled(facts.id, facts.name, facts.disabled)

    def _on_remove_wanted(self, facts: PluginFacts) -> None:
        lines = ("Its models go with all its versions. What it was installed from stays where it is.",)
        question = Question(f"Remove “{facts.name}”?", lines, verb="Remove")

        def answered(agreed: bool) -> None:
            if agreed:
                self._desk.remove(facts.id, facts.name)

        self.manager.ask(question, answered)

    def _on_scanned(self, inventory: Inventory) -> None:
        before, self._inventory = self._inventory, inventory
        if self._manager:
            self._manager.show_inventory(inventory)
        if before is None or before.catalog != inventory.catalog:
            self.catalog_changed.emit(inventory.catalog)

    def _on_activity_changed(self, activity: Activity | None) -> None:
        self._activity = activity
        if self._manager:
            self._manager.show_activity(activity)

    def _on_asked(self, question: Question) -> None:
        self.manager.ask(question, question.answer)

    def _on_ended(self, outcome: Outcome) -> None:
        if outcome.plugin_id and not outcome.failed:
            self._set_trouble(outcome.plugin_id, "")
        if self._manager and self._manager.isVisible():
            self._manager.show_outcome(outcome)
        elif outcome.sentence:
            self._window.status.say(outcome.sentence)

    def _on_answered(self, answer: Answered) -> None:
        """A job of a model has ended; what went wrong is put down to its plugin."""
        plugin_id = answer.plugin.manifest.id
        if answer.error:
            self._desk.note_failure(plugin_id, str(answer.error), answer.error.details)
        self._set_trouble(plugin_id, str(answer.error) if answer.error else "")

    def _set_trouble(self, plugin_id: str, sentence: str) -> None:
        if self._troubles.get(plugin_id, "") == sentence:
            return
        others = {name: text for name, text in self._troubles.items() if name != plugin_id}
        self._troubles = {**others, plugin_id: sentence} if sentence else others
        self._window.task.model_row.show_troubles(self._troubles)
        if self._manager:
            self._manager.show_troubles(self._troubles)
