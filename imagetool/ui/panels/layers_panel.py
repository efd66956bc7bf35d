"""The layers of a document, the topmost first: seen or not, how dense, in which order."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from imagetool.core.document import Layer, State
from imagetool.ui import tokens
from imagetool.ui.session import Session
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import Rows, icon_button


class LayersPanel(QWidget):
    """Shows one session at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._filling = False
        self._rows: list[tuple[int, str, bool]] = []  # as they stand in the list
        self.list = Rows()
        self.list.setAccessibleName("Layers")
        self.list.setMinimumHeight(tokens.ROW_PX)
        self.list.currentItemChanged.connect(self._on_row_chosen)
        self.opacity = NumberRow(
            "Opacity", NumberRange(0, 100, 1, 100, unit="%"), "How dense the layer is\n0 % to 100 %"
        )
        self.opacity.value_changed.connect(self._on_opacity_changed)
        self._up = icon_button("up", "Move the layer up")
        self._down = icon_button("down", "Move the layer down")
        self._delete = icon_button("delete", "Delete the layer")
        for key, act in ((Qt.Key.Key_Space, self._toggle_active), (Qt.Key.Key_F2, self._begin_renaming)):
            shortcut = QShortcut(QKeySequence(key), self.list, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)
        self._up.clicked.connect(lambda: self._move(1))
        self._down.clicked.connect(lambda: self._move(-1))
        self._delete.clicked.connect(self.delete_active)
        self._lay_out()
        self._fill()

    def show_session(self, session: Session | None) -> None:
        """Takes another document."""
        if self._session:
            self._session.state_changed.disconnect(self._fill)
        self._session = session
        if session:
            session.state_changed.connect(self._fill)
        self._fill()

    def delete_active(self) -> None:
        """Deletes the layer in hand, unless it is the only one."""
        if self._session and len(self._session.state.layers) > 1:
            state = self._session.state
            self._session.apply(f"Delete “{state.active.name}”", state.without_layer(state.active_id))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.INSIDE_PX)
        buttons.addStretch()
        for button in (self._up, self._down, self._delete):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.BETWEEN_PX, tokens.INSIDE_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX)
        column.setSpacing(tokens.INSIDE_PX)
        opacity = QHBoxLayout()
        opacity.setContentsMargins(tokens.BETWEEN_PX, 0, tokens.BETWEEN_PX, 0)
        opacity.addWidget(self.opacity)
        column.addLayout(opacity)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)

    def _fill(self) -> None:
        state = self._session.state if self._session else None
        rows = [(layer.id, layer.name, layer.visible) for layer in state.layers] if state else []
        if rows != self._rows:  # rows that are the same keep the focus and the name that is being typed
            self._rows = rows
            self._fill_list(state)
        if state:
            self._filling = True
            self.list.setCurrentRow(len(rows) - 1 - [row[0] for row in rows].index(state.active_id))
            self._filling = False
        self._show_controls(state)

    def _fill_list(self, state: State | None) -> None:
        self._filling = True
        self.list.clear()
        for layer in reversed(state.layers) if state else ():
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, layer.id)
            row = _LayerRow(layer, self)
            item.setSizeHint(row.sizeHint())
            self.list.addItem(item)
            self.list.setItemWidget(item, row)
        self._filling = False

    def _show_controls(self, state: State | None) -> None:
        several = state is not None and len(state.layers) > 1
        for widget in (self._up, self._down, self._delete):
            widget.setEnabled(several)
        self.opacity.setEnabled(state is not None)
        if state:
            self._filling = True
            self.opacity.set_value(round(state.active.opacity * 100))
            self._filling = False

    def _on_row_chosen(self, item: QListWidgetItem | None) -> None:
        if item and self._session and not self._filling:
            self._session.choose_layer(item.data(Qt.ItemDataRole.UserRole))

    def _on_opacity_changed(self, percent: float) -> None:
        if self._session and not self._filling:
            layer = replace(self._session.state.active, opacity=percent / 100)
            self._session.apply("Layer opacity", self._session.state.with_layer(layer), f"opacity {layer.id}")

    def toggle(self, layer_id: int) -> None:
        """Shows or hides a layer."""
        if self._session:
            layer = self._session.state.layer(layer_id)
            name = f"{'Hide' if layer.visible else 'Show'} “{layer.name}”"
            changed = replace(layer, visible=not layer.visible)
            self._session.apply(name, self._session.state.with_layer(changed))

    def rename(self, layer_id: int, name: str) -> None:
        """Gives a layer another name."""
        name = name.strip()
        if self._session and name and name != self._session.state.layer(layer_id).name:
            layer = replace(self._session.state.layer(layer_id), name=name)
            self._session.apply("Rename layer", self._session.state.with_layer(layer))

    def _toggle_active(self) -> None:
        if self._session:
            self.toggle(self._session.state.active_id)

    def _begin_renaming(self) -> None:
        row = self.list.itemWidget(self.list.currentItem()) if self.list.currentItem() else None
        if isinstance(row, _LayerRow):
            row.begin_renaming()

    def _move(self, steps: int) -> None:
        if self._session:
            state = self._session.state
            moved = state.with_layer_moved(state.active_id, steps)
            if [layer.id for layer in moved.layers] != [layer.id for layer in state.layers]:
                self._session.apply("Move layer", moved)


class _LayerRow(QWidget):
    """The eye and the name; a double click renames."""

    def __init__(self, layer: Layer, panel: LayersPanel) -> None:
        super().__init__()
        self._layer, self._panel = layer, panel
        eye = icon_button(
            "visible" if layer.visible else "hidden", "Hide the layer" if layer.visible else "Show the layer"
        )
        eye.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the row is drawn anew; Space in the list does the same
        eye.clicked.connect(lambda: panel.toggle(layer.id))
        self._name = _NameField(layer.name)
        self._name.setAccessibleName("Layer name")
        self._name.setFrame(False)
        self._name.setReadOnly(True)
        self._name.setStyleSheet("background: transparent; border: none;")
        self._name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._name.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._name.editingFinished.connect(self._on_named)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.INSIDE_PX, 0, tokens.INSIDE_PX, 0)
        row.setSpacing(tokens.INSIDE_PX)
        row.addWidget(eye)
        row.addWidget(self._name, 1)

    def begin_renaming(self) -> None:
        """Lets the name be typed."""
        self._lock(False)
        self._name.setFocus()
        self._name.selectAll()

    def _lock(self, locked: bool) -> None:
        self._name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, locked)
        self._name.setFocusPolicy(Qt.FocusPolicy.NoFocus if locked else Qt.FocusPolicy.StrongFocus)
        self._name.setReadOnly(locked)

    def _on_named(self) -> None:
        self._lock(True)
        self._name.deselect()
        self._panel.list.setFocus()
        self._panel.rename(self._layer.id, self._name.text())

    # Qt

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Lets the name be typed."""
        self.begin_renaming()


class _NameField(QLineEdit):
    """A layer's name while it is typed; Esc keeps the old one."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._old = name

    # Qt

    def event(self, event: QEvent) -> bool:
        """Esc belongs to the field."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.setText(self._old)
                self.clearFocus()
            event.accept()
            return True
        return super().event(event)
