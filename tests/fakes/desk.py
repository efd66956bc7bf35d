"""A real runner, and what its listener hears, kept by job."""

from __future__ import annotations

import os
import queue
import select
from collections.abc import Mapping

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.places import Places
from imagetool.jobs.events import ENDS, Event, Failed, Finished, Progressed
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.request import Request, Result
from imagetool.jobs.runner import IDLE_EXIT_S, WorkerRunner
from imagetool.jobs.worker import Launch
from imagetool.plugin.parameters import Value
from tests.fakes.faulty import faulty
from tests.fakes.requests import request, request_for

WAIT_S = 30.0  # for a worker that starts on a busy machine


class Desk:
    """Submits requests and waits for what comes of them; every wait has an end."""

    def __init__(self, launch: Launch = WorkerProcess, idle_exit_s: float = IDLE_EXIT_S) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.heard: dict[str, list[Event]] = {}
        self.runner = WorkerRunner(Places.find(), self._events.put, idle_exit_s, launch)

    def close(self) -> None:
        """Ends the runner."""
        self.runner.close()

    def submit(self, asked: Request) -> str:
        """Submits a request; returns its id."""
        self.heard[asked.job_id] = []
        self.runner.submit(asked)
        return asked.job_id

    def start(self, name: str, *, own_process: bool = False) -> tuple[str, int]:
        """Starts a model that says its process id; returns the job's id and that one: it is then in the middle."""
        job_id = self.submit(request(faulty(name, own_process=own_process)))
        return job_id, self.pid_of(job_id)

    def pid_of(self, job_id: str) -> int:
        """The process that a job runs in; waits until it is told."""
        while True:
            for event in self.heard[job_id]:
                if isinstance(event, Progressed) and event.text.startswith("pid "):
                    return int(event.text.removeprefix("pid "))
            self._listen(WAIT_S)

    def end_of(self, job_id: str, wait_s: float = WAIT_S) -> Event:
        """How a job ended; waits for it, and fails where it does not end in time or ends twice."""
        while not (ends := [event for event in self.heard[job_id] if isinstance(event, ENDS)]):
            self._listen(wait_s)
        assert len(ends) == 1, f"a job ends once, not {ends}"
        return ends[0]

    def run(self, model: CatalogModel, params: Mapping[str, Value] | None = None) -> Event:
        """How a job on the usual small picture ends."""
        return self.end_of(self.submit(request_for(model, params)))

    def failure_of(self, name: str, *, own_process: bool = False) -> Failed:
        """How a faulty plugin fails."""
        event = self.run(faulty(name, own_process=own_process))
        assert isinstance(event, Failed), f"{name} should fail, not {event}"
        return event

    def prove_that_it_works(self) -> Result:
        """Runs a sound model; its result."""
        event = self.run(faulty("steady"), {"amount": 1.0})
        assert isinstance(event, Finished), f"the next job must work, not {event}"
        return event.result

    def _listen(self, wait_s: float) -> None:
        try:
            event = self._events.get(timeout=wait_s)
        except queue.Empty:
            raise AssertionError(f"nothing was heard for {wait_s:.0f} s; so far: {self.heard}") from None
        self.heard[event.job_id].append(event)


def wait_until_gone(pid: int, wait_s: float) -> bool:
    """Whether a process ends in time, whoever's child it is; one that is dead but not reaped is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], wait_s)[0])
    finally:
        os.close(descriptor)
