"""What is said of a document's jobs: in the status bar or above the run button, by name where it is not shown."""

from __future__ import annotations

from imagetool.ui.main_window import MainWindow
from imagetool.ui.message_strip import Answers
from imagetool.ui.session import Session


class Announcer:
    """Says things about documents, whichever is shown."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def is_shown(self, session: Session) -> bool:
        """Whether a document is the one that is shown."""
        canvas = self._window.area.current
        return canvas is not None and canvas.session is session

    def say(
        self,
        session: Session,
        sentence: str,
        *,
        offer_undo: bool = False,
        answers: Answers | None = None,
    ) -> None:
        """A message in the status bar; undo is offered where it would undo what is spoken of."""
        undo = offer_undo and self.is_shown(session)
        self._window.status.say(self._placed(session, sentence), offer_undo=undo, answers=answers)

    def complain(self, session: Session, sentence: str, details: str = "", plugin_id: str = "") -> None:
        """What went wrong, above the run button."""
        self._window.task.failure.show_failure(self._placed(session, sentence), details, plugin_id)

    def _placed(self, session: Session, sentence: str) -> str:
        elsewhere = not self.is_shown(session) and self._is_open(session)
        return f"{session.document.name}: {sentence}" if elsewhere else sentence

    def _is_open(self, session: Session) -> bool:
        """Whether it is a document: what is made without one speaks for itself."""
        return any(canvas.session is session for canvas in self._window.area.canvases)
