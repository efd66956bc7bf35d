"""Keeps unsaved work while the editor runs, and offers what an earlier one left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, QTimer

from imagetool.core.document import Document, State
from imagetool.core.recovery import Journal, Recoverable, recoverables
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session

INTERVAL_MS = 10_000
_RECENT_S = 12 * 3600.0


class Recovery(QObject):
    """Every few seconds each changed document is written to its journal, one after the other, on a thread."""

    def __init__(self, window: MainWindow, root: Path) -> None:
        super().__init__(window)
        self._window, self._root = window, root
        self._thread = Background(threads=1)  # of its own: what is written and what is discarded stays in order
        self._journals: dict[Session, Journal] = {}
        self._kept: dict[Session, tuple[State, bool]] = {}  # with whether it was saved
        self._complained = False
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.keep)
        self._timer.start()

    def watch(self, session: Session) -> None:
        """Keeps a document's work from now on."""
        self._journals[session] = Journal(self._root)
        self._kept[session] = session.document.original, True  # recovered work is kept again at once

    def forget(self, session: Session) -> None:
        """The document is closed: nothing of it needs to be kept."""
        self._kept.pop(session, None)
        journal = self._journals.pop(session, None)
        if journal:
            self._thread.run(journal.discard, _nothing, self._failed)

    def keep(self) -> None:
        """Writes every document that has changed since the last time, and forgets those that were saved."""
        for session, journal in self._journals.items():
            state, saved = session.state, session.document.history.saved
            if (state, saved) == self._kept[session]:
                continue
            self._kept[session] = state, saved
            if saved and not state.mask.tiles and not state.hints:
                self._thread.run(journal.discard, _nothing, self._failed)
            else:
                write = partial(journal.write, session.document, state)
                self._thread.run(write, self._written, partial(self._not_written, session))

    def offer(self, restore: Callable[[Document], object]) -> None:
        """Shows a bar for each piece of work that was left behind; `restore` is given what shall live on."""

        def show(found: list[Recoverable]) -> None:
            for left in found:
                self._offer(left, restore)

        self._thread.run(lambda: recoverables(self._root, psutil.pids()), show, self._failed)

    def close(self) -> None:
        """Waits for the thread."""
        self._timer.stop()
        self._thread.close()

    def _offer(self, left: Recoverable, restore: Callable[[Document], object]) -> None:
        def restored(document: Document) -> None:
            restore(document)
            self.keep()
            self._thread.run(left.discard, _nothing, self._failed)  # after the new journal is written

        self._window.area.notices.show_notice(
            f"The work on {left.name} was not saved when imagetool ended ({when(left.saved_at)}).",
            {
                "Restore": lambda: self._thread.run(left.load, restored, self._failed),
                "Discard": lambda: self._thread.run(left.discard, _nothing, self._failed),
            },
        )

    def _written(self, _: None) -> None:
        self._complained = False

    def _not_written(self, session: Session, error: object) -> None:
        """It is tried again each time, and said once."""
        if session in self._kept:
            self._kept[session] = session.document.original, True
        if not self._complained:
            self._complained = True
            self._window.area.notices.show_notice(str(error), {})

    def _failed(self, error: object) -> None:
        self._window.status.say(str(error))


def when(moment: float) -> str:
    """A time of the system's clock for people: without the day where it is not long ago."""
    at = datetime.fromtimestamp(moment)
    return f"{at:%H:%M}" if time.time() - moment < _RECENT_S else f"{at:%d %B, %H:%M}"


def _nothing(_: None) -> None:
    """There is nothing to say."""
