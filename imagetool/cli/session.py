"""Runs one request at a time and waits for its end."""

from __future__ import annotations

import contextlib
import queue
import sys
from collections.abc import Iterator

from imagetool.catalog.places import Places
from imagetool.cli.preflight import Preflight
from imagetool.cli.progress_line import clear_progress, show_progress
from imagetool.jobs.events import Cancelled, Event, Failed, Finished, Noted, Progressed
from imagetool.jobs.job_log import JobLogs
from imagetool.jobs.preparing import BARE, Equipment
from imagetool.jobs.request import Request, Result
from imagetool.jobs.runner import Runner, WorkerRunner


class Session:
    """A runner together with the queue of its events; `logs` tell what happened to each job."""

    def __init__(self, runner: Runner, events: queue.SimpleQueue[Event], preflight: Preflight | None) -> None:
        self._runner = runner
        self._events = events
        self._preflight = preflight
        self.logs = JobLogs()

    def run(self, request: Request) -> Result:
        """The result of a request.

        Raises:
            JobError: where the model fails.
            KeyboardInterrupt: where the user stops it; the job is stopped, too.
        """
        if self._preflight:
            self._preflight.before(request)
        self._runner.submit(request)
        while True:
            event = self._events.get()
            self.logs.hear(event)
            match event:
                case Progressed(_, done, text):
                    show_progress(done, text)
                case Noted(_, text, plain=True):
                    clear_progress()
                    print(text, file=sys.stderr)
                case Finished(_, result):
                    clear_progress()
                    if self._preflight:
                        self._preflight.after(request, result)
                    return result
                case Failed(_, error):
                    clear_progress()
                    raise error
                case Cancelled():
                    raise KeyboardInterrupt


@contextlib.contextmanager
def session(places: Places, preflight: Preflight | None = None, equipment: Equipment = BARE) -> Iterator[Session]:
    """A session with real workers, which are gone when it ends; `preflight` says what to expect of its jobs."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    runner = WorkerRunner(places, events.put, equipment=equipment)
    try:
        yield Session(runner, events, preflight)
    finally:
        runner.close()
