"""The layers of a document, the topmost first: seen or not, how dense, in which order."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from imagetool.core.document import Layer, State
from imagetool.ui import tokens
from imagetool.ui.session import Session
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import icon_button


class LayersPanel(QWidget):
    """Shows one session at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._filling = False
        self.list = QListWidget()
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
        self._filling = True
        self.list.clear()
        state = self._session.state if self._session else None
        for layer in reversed(state.layers) if state else ():
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, layer.id)
            row = _LayerRow(layer, self)
            item.setSizeHint(row.sizeHint())
            self.list.addItem(item)
            self.list.setItemWidget(item, row)
            if state and layer.id == state.active_id:
                self.list.setCurrentItem(item)
        self._filling = False
        self._show_controls(state)

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
            layer_id = item.data(Qt.ItemDataRole.UserRole)
            state = replace(self._session.state, active_id=layer_id)
            self._session.apply(f"Choose “{state.active.name}”", state, "choose layer")

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
        if self._session and name.strip() and name != self._session.state.layer(layer_id).name:
            layer = replace(self._session.state.layer(layer_id), name=name.strip())
            self._session.apply("Rename layer", self._session.state.with_layer(layer))

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
        eye.clicked.connect(lambda: panel.toggle(layer.id))
        self._name = QLineEdit(layer.name)
        self._name.setAccessibleName("Layer name")
        self._name.setFrame(False)
        self._name.setReadOnly(True)
        self._name.setStyleSheet("background: transparent; border: none;")
        self._name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._name.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._name.editingFinished.connect(lambda: panel.rename(layer.id, self._name.text()))
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.INSIDE_PX, 0, tokens.INSIDE_PX, 0)
        row.setSpacing(tokens.INSIDE_PX)
        row.addWidget(eye)
        row.addWidget(self._name, 1)

    # Qt

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Lets the name be typed."""
        self._name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self._name.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name.setReadOnly(False)
        self._name.setFocus()
        self._name.selectAll()
