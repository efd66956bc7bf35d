"""What the editor has said and the worker's main thread has not yet dealt with."""

from __future__ import annotations

import queue
import threading
from typing import Any

from imagetool.wire.messages import Cancel, Inspect, PreviewTaken, Run


class Inbox:
    """Filled by the thread that hears the editor, emptied by the one that works."""

    def __init__(self) -> None:
        self.runs: queue.SimpleQueue[Run | Inspect | None] = queue.SimpleQueue()
        self._cancelled: set[str] = set()
        self._closed = False
        self._preview_free = threading.Event()
        self._preview_free.set()

    def put(self, message: Any) -> None:
        """Takes one message; called by the hearing thread."""
        match message:
            case Run() | Inspect():
                self.runs.put(message)
            case Cancel(job_id):
                self._cancelled.add(job_id)
            case PreviewTaken():
                self._preview_free.set()

    def is_cancelled(self, job_id: str) -> bool:
        """Whether the editor wants that job to stop."""
        return self._closed or job_id in self._cancelled

    def close(self) -> None:
        """Cancels all jobs, those that come later too, and ends the work."""
        self._closed = True
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
        self._preview_free.set()
