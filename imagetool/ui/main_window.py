"""The window: where everything stands. What happens in it is wired elsewhere.

It can be shown before the panels are there, whose modules take longer to import than the window takes to appear;
so nothing that this module imports may bring NumPy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QToolBar, QWidget

from imagetool.ui import tokens
from imagetool.ui.commands import MENUS
from imagetool.ui.document_area import DocumentArea
from imagetool.ui.status_bar import StatusBar
from imagetool.ui.tool_column import ToolColumn
from imagetool.ui.widgets.parts import label

if TYPE_CHECKING:
    from imagetool.ui.options_bar import OptionsBar
    from imagetool.ui.panels.history_panel import HistoryPanel
    from imagetool.ui.panels.layers_panel import LayersPanel
    from imagetool.ui.panels.task_panel import TaskPanel

_FIRST_SIZE = QSize(1280, 800)
_PANEL_WIDTH_PX = 300
_TASK_HEIGHT_PX = 190
_PANEL_HEIGHTS_PX = (410, 160, 130)
_LAYOUT_VERSION = 1


class MainWindow(QMainWindow):
    """Tools at the left, documents in the middle, panels at the right, status below."""

    dropped = Signal(object)  # QMimeData
    closing = Signal(object)  # QCloseEvent, to be ignored by whoever wants the window to stay
    appeared = Signal()  # painted for the first time

    options: OptionsBar
    task: TaskPanel
    layers: LayersPanel
    history: HistoryPanel

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("imagetool")
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self._appeared = False
        self._before_hiding: QByteArray | None = None  # the panels as they were
        self.area, self.tools, self.status = DocumentArea(), ToolColumn(), StatusBar()
        self.menus = {title: self.menuBar().addMenu(f"&{title}") for title in MENUS}
        self.setCentralWidget(self.area)
        self.setStatusBar(self.status)
        self._options_bar = self._bar("Tool options", Qt.ToolBarArea.TopToolBarArea)
        self._tools_bar = self._bar("Tools", Qt.ToolBarArea.LeftToolBarArea)
        self._tools_bar.addWidget(self.tools)
        self._docks = {title: self._dock(title) for title in ("Task", "Layers", "History")}
        self.reset_layout()
        self.resize(_FIRST_SIZE)

    def furnish(self, options: OptionsBar, task: TaskPanel, layers: LayersPanel, history: HistoryPanel) -> None:
        """Puts the panels in; nothing else moves."""
        self.options, self.task, self.layers, self.history = options, task, layers, history
        self._options_bar.addWidget(options)
        task.setObjectName("chrome")
        task.setMinimumHeight(_TASK_HEIGHT_PX)
        for title, panel in (("Task", task), ("Layers", layers), ("History", history)):
            panel.setMinimumWidth(_PANEL_WIDTH_PX - 60)
            self._docks[title].setWidget(panel)

    def reset_layout(self) -> None:
        """Puts all panels where they first were."""
        docks = list(self._docks.values())
        for dock in docks:
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            dock.setFloating(False)
            dock.show()
        for bar in (self._options_bar, self._tools_bar):
            bar.show()
        self.resizeDocks(docks, [_PANEL_WIDTH_PX] * 3, Qt.Orientation.Horizontal)
        self.resizeDocks(docks, list(_PANEL_HEIGHTS_PX), Qt.Orientation.Vertical)

    def hide_panels(self, hidden: bool) -> None:
        """Hides everything but the picture and the menu, or shows it again."""
        self.status.setVisible(not hidden)
        if hidden and self._before_hiding is None:
            self._before_hiding = self.saveState(_LAYOUT_VERSION)
            for part in (*self._docks.values(), self._options_bar, self._tools_bar):
                part.hide()
            if self.area.current:
                self.area.current.setFocus()
        elif not hidden and self._before_hiding is not None:
            self.restoreState(self._before_hiding, _LAYOUT_VERSION)
            self._before_hiding = None

    def focus_next_area(self) -> None:
        """Hands the keyboard on: from the picture to the bars and panels and back."""
        bars = (self._options_bar, self._tools_bar)
        areas = (self.area.notices, *self.area.strips, self.area, *bars, *self._docks.values())
        focus = self.focusWidget()
        here = next((place for place, area in enumerate(areas) if focus and area.isAncestorOf(focus)), 0)
        for area in (*areas[here + 1 :], *areas[: here + 1]):
            first = self.area.current if area is self.area and self.area.current else _first_in(area)
            if first:
                first.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def layout_text(self) -> str:
        """Size and panels, to be remembered."""
        state, geometry = self.saveState(_LAYOUT_VERSION), self.saveGeometry()
        return f"{bytes(geometry.toBase64().data()).decode()} {bytes(state.toBase64().data()).decode()}"

    def restore_layout(self, text: str) -> None:
        """What `layout_text` gave; anything else is ignored."""
        parts = text.split()
        if len(parts) == 2:
            self.restoreGeometry(QByteArray.fromBase64(parts[0].encode()))
            self.restoreState(QByteArray.fromBase64(parts[1].encode()), _LAYOUT_VERSION)

    def _bar(self, title: str, area: Qt.ToolBarArea) -> QToolBar:
        bar = QToolBar(title)
        bar.setObjectName(title)
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.toggleViewAction().setEnabled(False)
        bar.setStyleSheet("QToolBar { border: none; padding: 0; spacing: 0; }")
        if area == Qt.ToolBarArea.TopToolBarArea:
            bar.setFixedHeight(tokens.BAR_PX)
        self.addToolBar(area, bar)
        return bar

    def _dock(self, title: str) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(title)
        dock.setWidget(QWidget())
        dock.setTitleBarWidget(_DockTitle(title))
        return dock

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Says when the window is there."""
        super().paintEvent(event)
        if not self._appeared:
            self._appeared = True
            self.appeared.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures are welcome."""
        data = event.mimeData()
        if data.hasImage() or local_files(data):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Passes on what was dropped."""
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks whether it may close."""
        self.closing.emit(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nothing else takes is for the picture, whatever has the focus."""
        if not (self.area.current and self.area.current.hold_key(event, held=True)):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """So is a key that is let go."""
        if not (self.area.current and self.area.current.hold_key(event, held=False)):
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A key that is let go in another window is not held any more."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow() and self.area.current:
            self.area.current.let_go_of_keys()


class _DockTitle(QWidget):
    """A panel's name; dragging it moves the panel, a double click lets it float."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("chrome")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX, tokens.INSIDE_PX)
        words: QLabel = label(title, "heading")
        row.addWidget(words)
        row.addStretch()

    # Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left to the dock."""
        event.ignore()


def _first_in(area: QWidget) -> QWidget | None:
    """The first part of an area that takes the keyboard."""
    for widget in area.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            return widget
    return None


def local_files(data: QMimeData) -> list[Path]:
    """The files that were dropped or pasted."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
