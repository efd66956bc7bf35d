"""A real runner, and what its listener hears, kept by job."""

from __future__ import annotations

import os
import queue
import select
from collections.abc import Mapping

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.places import Places
from imagetool.jobs.events import ENDS, DevicesFound, Event, Failed, Finished, JobEvent, Progressed, Queued
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
        self.heard: dict[str, list[JobEvent]] = {}
        self.told: list[DevicesFound | Queued] = []  # what is not about one job
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

    def pid_of(self, job_id: str, attempt: int = 1) -> int:
        """The process that a job's first or a later attempt runs in; waits until it is told."""
        while len(pids := self.pids(job_id)) < attempt:
            self.listen()
        return pids[attempt - 1]

    def pids(self, job_id: str) -> list[int]:
        """The processes that a job has told so far, each time it told one."""
        told = [event.text for event in self.heard[job_id] if isinstance(event, Progressed)]
        return [int(text.removeprefix("pid ")) for text in told if text.startswith("pid ")]

    def end_of(self, job_id: str, wait_s: float = WAIT_S) -> JobEvent:
        """How a job ended; waits for it, and fails where it does not end in time or ends twice."""
        while not (ends := [event for event in self.heard[job_id] if isinstance(event, ENDS)]):
            self.listen(wait_s)
        assert len(ends) == 1, f"a job ends once, not {ends}"
        return ends[0]

    def run(self, model: CatalogModel, params: Mapping[str, Value] | None = None) -> JobEvent:
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

    def listen(self, wait_s: float = WAIT_S) -> None:
        """Waits for one more event, and fails where none comes."""
        try:
            event = self._events.get(timeout=wait_s)
        except queue.Empty:
            raise AssertionError(f"nothing was heard for {wait_s:.0f} s; so far: {self.heard}") from None
        if isinstance(event, DevicesFound | Queued):
            self.told.append(event)
        else:
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
