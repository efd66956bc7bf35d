"""The plugin manager: a window beside the work, not in front of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.main_window import local_files
from imagetool.ui.plugins.activity_strip import ActivityStrip
from imagetool.ui.plugins.details import PluginDetails
from imagetool.ui.plugins.inventory import Inventory, PluginFacts
from imagetool.ui.plugins.notes import Activity, Outcome, Question
from imagetool.ui.plugins.plugin_list import PluginList
from imagetool.ui.plugins.question_page import QuestionPage
from imagetool.ui.plugins.source_row import SourceRow
from imagetool.ui.widgets.parts import label, line

_SIZE_PX = (880, 600)
_LIST_PX = 264
_SAFE = "Safe mode: what you installed is off. Here it can be looked at, disabled and removed."


class PluginManager(QDialog):
    """A list at the left; at the right the chosen plugin, or the question that waits for an answer."""

    stop_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setWindowTitle("Plugins")
        self.setModal(False)
        self.setAcceptDrops(True)
        self.resize(*_SIZE_PX)
        self._troubles: dict[str, str] = {}
        self._busy = False
        self.plugins, self.sources = PluginList(), SourceRow()
        self.details, self.question, self.strip = PluginDetails(), QuestionPage(), ActivityStrip()
        self._safe = label(_SAFE, "muted")
        self._safe.setWordWrap(True)
        self._safe.hide()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.details)
        self._pages.addWidget(self.question)
        self._left = QWidget()
        self._left.setObjectName("chrome")
        self._left.setFixedWidth(_LIST_PX)
        self._lay_out()
        self.plugins.chosen.connect(self._on_chosen)
        self.strip.stop_wanted.connect(self.stop_wanted)

    def show_inventory(self, inventory: Inventory) -> None:
        """All plugins as they are now."""
        self._safe.setVisible(inventory.safe_mode)
        self.sources.setVisible(not inventory.safe_mode)  # what is installed is tried at once
        loaders = [loader for plugin in inventory.catalog.plugins for loader in plugin.manifest.loaders]
        self.sources.show_endings(tuple(dict.fromkeys(ending for loader in loaders for ending in loader.files)))
        self.plugins.show_plugins(inventory.plugins)

    def show_troubles(self, troubles: dict[str, str]) -> None:
        """What went wrong last, by plugin."""
        self._troubles = troubles
        self.plugins.show_troubles(troubles)
        self._on_chosen(self.plugins.current)

    def show_activity(self, activity: Activity | None) -> None:
        """What is being done; None where nothing is any more."""
        self._busy = activity is not None
        if activity:
            self.strip.show_activity(activity)
        self._enable()

    def show_outcome(self, outcome: Outcome) -> None:
        """What came of it; a question that was not answered is not asked any more."""
        self.question.withdraw()
        self.strip.show_outcome(outcome)
        if outcome.plugin_id and not outcome.failed:
            self.plugins.choose(outcome.plugin_id)

    def ask(self, question: Question, on_answer: Callable[[bool], object]) -> None:
        """Shows a question and comes to the front with it; the default is no."""

        def answered(agreed: bool) -> None:
            self._pages.setCurrentWidget(self.details)
            self._enable()
            on_answer(agreed)

        self.question.ask(question, answered)
        self._pages.setCurrentWidget(self.question)
        self._enable()
        self.bring()
        self.question.take_focus()

    def bring(self, plugin_id: str = "") -> None:
        """Shows the window, at a plugin where one is named."""
        if plugin_id:
            self.plugins.choose(plugin_id)
        self.show()
        self.raise_()
        self.activateWindow()

    def _on_chosen(self, facts: PluginFacts | None) -> None:
        self.details.show_plugin(facts, self._troubles.get(facts.id, "") if facts else "")

    def _enable(self) -> None:
        """While something is done or asked, nothing else can be begun here."""
        self._left.setEnabled(not self.question.pending)
        self.strip.give_way(self.question.pending)
        for button in self.details.buttons.values():
            button.setEnabled(not self._busy)

    def _lay_out(self) -> None:
        left = QVBoxLayout(self._left)
        left.setContentsMargins(*[tokens.AROUND_PX] * 4)
        left.setSpacing(tokens.BETWEEN_PX)
        for widget in (self._safe, self.plugins, self.sources):
            left.addWidget(widget, 1 if widget is self.plugins else 0)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._left)
        body.addWidget(line(upright=True))
        body.addWidget(self._pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self.strip)

    # Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders are welcome, where something can be installed."""
        if local_files(event.mimeData()) and not self.sources.isHidden() and not self.question.pending:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Installs what was dropped."""
        event.acceptProposedAction()
        for path in local_files(event.mimeData()):
            self.sources.wanted.emit(str(path))

    def done(self, result: int) -> None:
        """Closing the window answers no to what is being asked."""
        self.question.give(False)
        super().done(result)
