"""“Enlarge canvas”: empty margins around a picture, masked, so that filling continues it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from imagetool.app.announcer import Announcer
from imagetool.core.canvas_size import Margins, enlarged_canvas
from imagetool.core.document import State
from imagetool.ui.background import Background
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas_dialog import CanvasDialog
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session

NAME = "Enlarge canvas"


class CanvasSize(QObject):
    """Changes the canvas of the shown document; the layers are copied on a thread."""

    fill_wanted = Signal(object)  # Session

    def __init__(self, window: MainWindow, background: Background) -> None:
        super().__init__(window)
        self._window, self._background = window, background
        self._voice = Announcer(window)

    def ask(self, canvas: Canvas) -> CanvasDialog:
        """Asks how large it is to become; nothing waits meanwhile."""
        session = canvas.session
        dialog = CanvasDialog(self._window, session.state.size, canvas.scene.overview())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.enlarge(session, dialog.margins))
        dialog.open()
        return dialog

    def enlarge(self, session: Session, margins: Margins) -> None:
        """Adds margins: one entry of the history."""
        state = session.state

        def apply(larger: State) -> None:
            if session.state is not state:  # it has changed meanwhile
                self.enlarge(session, margins)
                return
            session.apply(NAME, larger)
            for canvas in self._window.area.canvases:
                if canvas.session is session:
                    canvas.fit()
            said = f"The canvas has {larger.size} px now; what is new is masked"
            fill = {"Fill": lambda: self.fill_wanted.emit(session)}
            self._voice.say(session, said, offer_undo=True, answers=fill)

        self._background.run(
            lambda: enlarged_canvas(state, margins),
            apply,
            lambda error: self._voice.complain(session, str(error)),
        )
