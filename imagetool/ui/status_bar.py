"""The line at the bottom: zoom, picture, messages, the job, the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QStatusBar

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import icon_button, label, line, quiet_button

if TYPE_CHECKING:
    from imagetool.ui.canvas.viewport import Viewport
    from imagetool.ui.session import Session

_MESSAGE_MS = 12_000
_PROGRESS_WIDTH_PX = 120


class StatusBar(QStatusBar):
    """Shows facts; the buttons in it ask."""

    fit_wanted = Signal()
    cancel_wanted = Signal()
    undo_wanted = Signal()
    compare_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setFixedHeight(tokens.STATUS_PX)
        self._zoom = quiet_button("")
        self._zoom.setToolTip("Fit the picture into the view (Ctrl+0)")
        self._zoom.clicked.connect(self.fit_wanted)
        self._picture = label("", "muted")
        self.message = label("")
        self._undo, self._compare = quiet_button("Undo"), quiet_button("Compare")
        self._undo.clicked.connect(self.undo_wanted)
        self._compare.clicked.connect(self.compare_wanted)
        self.job = label("")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(_PROGRESS_WIDTH_PX)
        self._progress.setRange(0, 1000)
        self._cancel = icon_button("cancel", "Stop the job (Esc)")
        self._cancel.clicked.connect(self.cancel_wanted)
        self.model = label("", "muted")
        self.model.setToolTip("The model that runs next")
        self.device = label("CPU", "muted")
        self.device.setToolTip("Where models run: the fastest device that is there")
        self._divider = line(upright=True)
        for left in (self._zoom, self._picture, self._divider, self.message, self._undo, self._compare):
            self.addWidget(left)
        for right in (self.job, self._progress, self._cancel, self.model, self.device):
            self.addPermanentWidget(right)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(_MESSAGE_MS)
        self._forget.timeout.connect(self.clear)
        self.show_picture(None)
        self.end_job()
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

    def say(self, sentence: str, *, offer_undo: bool = False) -> None:
        """A message for some seconds; where something was done, with the ways to look at it and take it back."""
        self.message.setText(sentence)
        self._divider.show()
        self.message.show()
        self._undo.setVisible(offer_undo)
        self._compare.setVisible(offer_undo)
        self._forget.start()

    def clear(self) -> None:
        """Says nothing any more."""
        self._forget.stop()
        for widget in (self._divider, self.message, self._undo, self._compare):
            widget.hide()

    def show_job(self, text: str, done: float) -> None:
        """What the job is doing, and how far it is."""
        self.job.setText(text)
        self._progress.setValue(round(done * 1000))
        for widget in (self.job, self._progress, self._cancel):
            widget.show()

    def end_job(self) -> None:
        """No job runs any more."""
        for widget in (self.job, self._progress, self._cancel):
            widget.hide()
