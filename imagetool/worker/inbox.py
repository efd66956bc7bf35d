"""What the editor has said and the worker's main thread has not yet dealt with."""

from __future__ import annotations

import queue
import threading
from typing import Any

from imagetool.core.geometry import Rect
from imagetool.wire.messages import Cancel, Free, Hold, Inspect, PreviewTaken, Run, View


class Inbox:
    """Filled by the thread that hears the editor, emptied by the one that works."""

    def __init__(self) -> None:
        self.runs: queue.SimpleQueue[Run | Inspect | Free | None] = queue.SimpleQueue()
        self._cancelled: set[str] = set()
        self._held: set[str] = set()
        self._views: dict[str, Rect] = {}
        self._closed = False
        self._may_go_on = threading.Condition()
        self._preview_free = threading.Event()
        self._preview_free.set()

    def put(self, message: Any) -> None:
        """Takes one message; called by the hearing thread."""
        match message:
            case Run() | Inspect() | Free():
                self.runs.put(message)
            case Cancel(job_id):
                self._cancelled.add(job_id)
                self._wake()
            case Hold(job_id, held):
                (self._held.add if held else self._held.discard)(job_id)
                self._wake()
            case View(job_id, rect):
                self._views[job_id] = Rect(rect.left, rect.top, rect.right, rect.bottom)
            case PreviewTaken():
                self._preview_free.set()

    def is_cancelled(self, job_id: str) -> bool:
        """Whether the editor wants that job to stop."""
        return self._closed or job_id in self._cancelled

    def wait_while_held(self, job_id: str) -> None:
        """Returns once the editor lets that job go on, or cancels it; at once where it never held it."""
        if job_id in self._held:
            with self._may_go_on:
                self._may_go_on.wait_for(lambda: job_id not in self._held or self.is_cancelled(job_id))

    def view(self, job_id: str) -> Rect | None:
        """What the user looks at now, in pixels of that job's picture; None where nobody has said."""
        return self._views.get(job_id)

    def close(self) -> None:
        """Cancels all jobs, those that come later too, and ends the work."""
        self._closed = True
        self._wake()
        self.runs.put(None)

    def claim_preview(self) -> bool:
        """Whether the preview buffer may be written now; it may not until the editor has read the last one."""
        if not self._preview_free.is_set():
            return False
        self._preview_free.clear()
        return True

    def renew(self) -> None:
        """Forgets what belonged to the last job."""
        self._cancelled.clear()
        self._held.clear()
        self._views.clear()
        self._preview_free.set()

    def _wake(self) -> None:
        with self._may_go_on:
            self._may_go_on.notify_all()
