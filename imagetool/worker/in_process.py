"""A worker without a process: the same executor on a thread, for tests and for debugging a plugin."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imagetool.jobs.process.log import BoundedLog
from imagetool.jobs.worker import Worker, WorkerPlan
from imagetool.wire.messages import Message, Ready
from imagetool.worker.execution import Executor
from imagetool.worker.inbox import Inbox


class InProcessWorker:
    """Give this class to `WorkerRunner` as `launch`. It cannot be killed, so a job that hangs, hangs on."""

    def __init__(
        self,
        runtime: Path,
        plan: WorkerPlan,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> None:
        sys.path.extend(path for path in (str(runtime), *plan.import_paths) if path not in sys.path)
        self.log = BoundedLog()
        self._inbox = Inbox()
        self._on_message, self._on_end = on_message, on_end
        self._thread = threading.Thread(target=self._work, name="in-process-worker", daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        """Puts a message where the thread finds it."""
        self._inbox.put(message)

    def kill(self) -> None:
        """Cancels what runs, and waits for the thread."""
        self._inbox.close()
        self._thread.join()

    def _work(self) -> None:
        self._on_message(self, Ready(os.getpid()))
        executor = Executor(self._inbox, self._answer, threads=0)
        while (run := self._inbox.runs.get()) is not None:
            executor.execute(run)
        self._on_end(self, "It was told to end.")

    def _answer(self, message: Message) -> None:
        self._on_message(self, message)
