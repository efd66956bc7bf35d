"""Runs one request at a time and waits for its end."""

from __future__ import annotations

import contextlib
import queue
import sys
from collections.abc import Iterator

from imagetool.catalog.places import Places
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
                    _show(f"{done:4.0%} {text}")
                case Finished(_, result):
                    _show("")
                    return result
                case Failed(_, error):
                    _show("")
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


def _show(line: str) -> None:
    """One line of progress that replaces the last, where somebody is watching."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
