"""Runs one request at a time and waits for its end."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator

from imagetool.catalog.places import Places
from imagetool.cli.progress_line import clear_progress, show_progress
from imagetool.jobs.events import Cancelled, Event, Failed, Finished, Progressed
from imagetool.jobs.request import Request, Result
from imagetool.jobs.runner import Runner, WorkerRunner


class Session:
    """A runner together with the queue of its events."""

    def __init__(self, runner: Runner, events: queue.SimpleQueue[Event]) -> None:
        self._runner = runner
        self._events = events

    def run(self, request: Request) -> Result:
        """The result of a request.

        Raises:
            JobError: where the model fails.
            KeyboardInterrupt: where the user stops it; the job is stopped, too.
        """
        self._runner.submit(request)
        while True:
            match self._events.get():
                case Progressed(_, done, text):
                    show_progress(done, text)
                case Finished(_, result):
                    clear_progress()
                    return result
                case Failed(_, error):
                    clear_progress()
                    raise error
                case Cancelled():
                    raise KeyboardInterrupt


@contextlib.contextmanager
def session(places: Places) -> Iterator[Session]:
    """A session with real workers, which are gone when it ends."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    runner = WorkerRunner(places, events.put)
    try:
        yield Session(runner, events)
    finally:
        runner.close()
