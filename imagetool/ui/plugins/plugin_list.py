"""The plugins by how they stand, with a search field above."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from imagetool.plugin.tasks import WORDS
from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.plugins.inventory import Group, PluginFacts
from imagetool.ui.widgets.parts import Rows, label, plain_tip

_ROW_PX = 44
_FACTS = Qt.ItemDataRole.UserRole


class PluginList(QWidget):
    """Shows those that match what is being searched for; the chosen one stays chosen where it is still there."""

    chosen = Signal(object)  # PluginFacts, or None

    def __init__(self) -> None:
        super().__init__()
        self._plugins: tuple[PluginFacts, ...] = ()
        self._troubles: dict[str, str] = {}
        self._filling = False
        self._wanted = ""  # the id of the plugin that is to be chosen as soon as it is there
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search among the plugins")
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = Rows()
        self.list.setAccessibleName("Plugins")
        self._nothing = label("No plugin has these words in its name, its tasks or its summary.", "muted")
        self._nothing.setWordWrap(True)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.BETWEEN_PX)
        for widget in (self.search, self._nothing, self.list):
            column.addWidget(widget)
        self.search.textChanged.connect(self._fill)
        self.list.currentItemChanged.connect(self._on_row_chosen)

    @property
    def current(self) -> PluginFacts | None:
        """The chosen one."""
        return _facts_of(self.list.currentItem())

    def show_plugins(self, plugins: tuple[PluginFacts, ...]) -> None:
        """All there are now."""
        self._plugins = plugins
        self._fill()

    def show_troubles(self, troubles: dict[str, str]) -> None:
        """What went wrong last, by plugin: they get a badge."""
        if troubles != self._troubles:
            self._troubles = dict(troubles)
            self._fill()

    def choose(self, plugin_id: str) -> None:
        """Chooses a plugin, now or when it has come."""
        self._wanted = plugin_id
        if any(facts.id == plugin_id for facts in self._plugins):
            self.search.clear()
            self._fill()

    def _fill(self) -> None:
        before = self.current
        keep = self._wanted or (before.id if before else "")
        shown = [facts for facts in self._plugins if facts.matches(self.search.text())]
        self._filling = True
        self.list.clear()
        for group in Group:
            members = [facts for facts in shown if facts.group is group]
            if members:
                self._add_heading(f"{group.value} · {len(members)}")
                for facts in members:
                    self._add_row(facts)
        self._filling = False
        self._nothing.setVisible(bool(self._plugins) and not shown)
        self._choose_row(keep)

    def _choose_row(self, plugin_id: str) -> None:
        items = [self.list.item(row) for row in range(self.list.count())]
        rows = [item for item in items if _facts_of(item)]
        same = [item for item in rows if _id_of(item) == plugin_id]
        if same and plugin_id == self._wanted:
            self._wanted = ""
        if rows:
            self.list.setCurrentItem((same or rows)[0])
            self.list.scrollToItem((same or rows)[0])
        self.chosen.emit(self.current)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem()
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(0, tokens.ROW_PX))
        heading = label(text, "heading")
        heading.setContentsMargins(tokens.INSIDE_PX, tokens.BETWEEN_PX, 0, 0)
        self.list.addItem(item)
        self.list.setItemWidget(item, heading)

    def _add_row(self, facts: PluginFacts) -> None:
        trouble = facts.problem or self._troubles.get(facts.id, "")
        item = QListWidgetItem()
        item.setData(_FACTS, facts)
        item.setData(
            Qt.ItemDataRole.AccessibleTextRole, f"{facts.name}, {facts.group.value}{', trouble' * bool(trouble)}"
        )
        item.setSizeHint(QSize(0, _ROW_PX))
        item.setToolTip(plain_tip(trouble))
        self.list.addItem(item)
        self.list.setItemWidget(item, _Row(facts, bool(trouble)))

    def _on_row_chosen(self, item: QListWidgetItem | None) -> None:
        if not self._filling and item:
            self.chosen.emit(_facts_of(item))


class _Row(QWidget):
    """Name, and below it version and tasks; at the right a badge where there is trouble."""

    def __init__(self, facts: PluginFacts, trouble: bool) -> None:
        super().__init__()
        name, below = _Elided(facts.name, ""), _Elided(_said(facts), "small")
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(name)
        texts.addWidget(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.BETWEEN_PX, tokens.INSIDE_PX, tokens.BETWEEN_PX, tokens.INSIDE_PX)
        row.setSpacing(tokens.BETWEEN_PX)
        row.addLayout(texts, 1)
        if trouble:
            badge = QLabel()
            badge.setPixmap(icon("alert").pixmap(QSize(tokens.ICON_PX - 4, tokens.ICON_PX - 4)))
            badge.setAccessibleName("Trouble")
            row.addWidget(badge)


class _Elided(QLabel):
    """One line of text, cut with an ellipsis where there is no room."""

    def __init__(self, text: str, style: str) -> None:
        super().__init__()
        self._whole = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(style)
        self.setMinimumWidth(1)

    # Qt

    def resizeEvent(self, event: object) -> None:
        """As much as there is room for."""
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


def _said(facts: PluginFacts) -> str:
    manifest = facts.manifest
    if manifest is None:
        return "in the folder of weights" if facts.file else facts.problem
    verbs = dict.fromkeys(WORDS[model.task].verb for model in manifest.models)
    return " · ".join(part for part in (manifest.version.public, ", ".join(verbs) or "reads files") if part)


def _facts_of(item: QListWidgetItem | None) -> PluginFacts | None:
    facts: PluginFacts | None = item.data(_FACTS) if item else None
    return facts


def _id_of(item: QListWidgetItem) -> str:
    facts = _facts_of(item)
    return facts.id if facts else ""
