"""What the last result has changed: the count outside the mask, and a map of it over the picture."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from imagetool.app.announcer import Announcer
from imagetool.app.arrivals import Landed
from imagetool.core.document import Layer
from imagetool.core.errors import ImagetoolError
from imagetool.core.last_change import last_change
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session


class Changes(QObject):
    """Used by the window's thread; what is compared is rendered by the scene's own."""

    shown = Signal(bool)  # whether the picture in front is shown as a map of its changes

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._voice = window, Announcer(window)
        self._counted: WeakKeyDictionary[Session, tuple[tuple[Layer, ...], int]] = WeakKeyDictionary()
        window.area.current_changed.connect(self._refresh)
        window.status.badge.clicked.connect(self._on_badge_clicked)

    def watch(self, session: Session) -> None:
        """Keeps the map of a picture true from now on."""
        session.state_changed.connect(self._on_state_changed)

    def note(self, landed: Landed) -> None:
        """A result has come, and it was counted what it changed outside its mask."""
        if landed.outside is not None:
            self._counted[landed.session] = landed.session.state.layers, landed.outside
        else:
            self._counted.pop(landed.session, None)
        self._refresh()

    def toggle(self, canvas: Canvas) -> None:
        """Shows what changed, or the picture again; says so where nothing can be shown."""
        if canvas.scene.change is not None:
            canvas.scene.show_change(None)
        else:
            try:
                canvas.scene.show_change(last_change(canvas.session.document.history))
            except ImagetoolError as error:
                self._voice.say(canvas.session, str(error))
        self._refresh()

    def stop(self, canvas: Canvas) -> bool:
        """Shows the picture again; whether it was a map."""
        shown = canvas.scene.change is not None
        if shown:
            self.toggle(canvas)
        return shown

    def _on_badge_clicked(self) -> None:
        if self._window.area.current:
            self.toggle(self._window.area.current)

    def _on_state_changed(self) -> None:
        """The map follows the history; it goes where there is nothing to compare any more."""
        for canvas in self._window.area.canvases:
            change = canvas.scene.change
            if change is not None and canvas.session.state.layers != change.after.layers:
                try:
                    canvas.scene.show_change(last_change(canvas.session.document.history))
                except ImagetoolError:
                    canvas.scene.show_change(None)
        self._refresh()

    def _refresh(self, _: object = None) -> None:
        """What concerns the picture in front."""
        canvas, badge = self._window.area.current, self._window.status.badge
        layers, outside = self._counted.get(canvas.session, ((), 0)) if canvas else ((), 0)
        counted = canvas is not None and layers == canvas.session.state.layers
        shown = canvas is not None and canvas.scene.change is not None
        badge.show_count(outside if counted else None)
        badge.setChecked(shown)
        self.shown.emit(shown)
