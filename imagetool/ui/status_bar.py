"""The line at the bottom: zoom, picture, messages and what they ask, the job, the device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStatusBar

from imagetool.ui import tokens
from imagetool.ui.change_badge import ChangeBadge
from imagetool.ui.device_button import DeviceButton
from imagetool.ui.jobs.job_strip import JobStrip
from imagetool.ui.message_strip import Answers, MessageStrip
from imagetool.ui.widgets.parts import label, line, quiet_button

if TYPE_CHECKING:
    from imagetool.ui.canvas.viewport import Viewport
    from imagetool.ui.session import Session

_MESSAGE_MS = 12_000


class StatusBar(QStatusBar):
    """Shows facts; the buttons in it ask."""

    fit_wanted = Signal()
    cancel_wanted = Signal()
    undo_wanted = Signal()
    compare_wanted = Signal()
    jobs_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setFixedHeight(tokens.STATUS_PX)
        self._zoom = quiet_button("")
        self._zoom.setToolTip("Fit the picture into the view (Ctrl+0)")
        self._zoom.clicked.connect(self.fit_wanted)
        self._picture = label("", "muted")
        self._divider = line(upright=True)
        self._messages = MessageStrip()
        self.message = self._messages.message
        self.badge = ChangeBadge()
        self._jobs = JobStrip()
        self.job = self._jobs.job
        self._jobs.cancel_wanted.connect(self.cancel_wanted)
        self._jobs.jobs_wanted.connect(self.jobs_wanted)
        self.model = label("", "muted")
        self.model.setToolTip("The model that runs next")
        self.device = DeviceButton()
        for left in (self._zoom, self._picture, self._divider):
            self.addWidget(left)
        self.addWidget(self._messages, 1)
        for right in (self.badge, self._jobs, self.model, self.device):
            self.addPermanentWidget(right)
        self._asked: tuple[str, Answers] | None = None  # stands until it is answered
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(_MESSAGE_MS)
        self._forget.timeout.connect(self.clear)
        self.show_picture(None)
        self.clear()

    def show_zoom(self, viewport: Viewport) -> None:
        """The scale, in percent."""
        percent = viewport.scale * 100
        self._zoom.setText(f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %")

    def show_picture(self, session: Session | None) -> None:
        """Size, depth and colour space."""
        self._zoom.setVisible(session is not None)
        self._picture.setVisible(session is not None)
        if session:
            document = session.document
            parts = [f"{document.size} px", f"{document.depth_bits} bit"]
            if document.picture.metadata.icc:
                parts.append("with colour profile")
            self._picture.setText(" · ".join(parts))

    def say(
        self,
        sentence: str,
        *,
        offer_undo: bool = False,
        answers: Answers | None = None,
    ) -> None:
        """A message for some seconds, with what can be done about it, or ways to look at it and take it back."""
        undo = {"Undo": self.undo_wanted.emit, "Compare": self.compare_wanted.emit} if offer_undo else {}
        others = {text: partial(self._answer, act) for text, act in (answers or {}).items()}
        self._messages.show_message(sentence, {**undo, **others})
        self._divider.show()
        self._forget.start()

    def offer(self, sentence: str, answers: Answers) -> None:
        """A question that stands until `withdraw`; other messages only cover it for a while."""
        self._asked = (sentence, answers)
        if not self._forget.isActive():
            self.clear()

    def withdraw(self) -> None:
        """Nothing is asked any more."""
        if self._asked:
            self._asked = None
            if not self._forget.isActive():
                self.clear()

    def clear(self) -> None:
        """Says nothing any more but what is still to be answered."""
        self._forget.stop()
        self._divider.setVisible(self._asked is not None)
        if self._asked:
            self._messages.show_message(*self._asked, asking=True)
        else:
            self._messages.clear()

    def show_job(self, text: str, done: float) -> None:
        """What the job is doing, and how far it is."""
        self._jobs.show_job(text, done)

    def end_job(self) -> None:
        """No job runs any more."""
        self._jobs.end_job()

    def show_count(self, count: int, *, held: bool) -> None:
        """How many jobs there are in all, and whether all of them are held."""
        self._jobs.show_count(count, held=held)

    def _answer(self, act: Callable[[], object]) -> None:
        """What was asked is answered, so it is not asked any more."""
        self.clear()
        act()
