"""The inference thread: it starts the right workers and takes notes from any thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.places import Places
from imagetool.jobs.events import Cancelled, Event, Failed
from imagetool.jobs.runner import WorkerRunner
from tests.fakes.requests import fake_model, request
from tests.fakes.worker import FakeLaunch

WAIT_S = 5.0


class Office:
    """A runner with fake workers."""

    def __init__(self, launch: FakeLaunch) -> None:
        self.launch = launch
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.threads: set[str] = set()
        self.runner = WorkerRunner(Places.find(), self._hear, launch=launch)

    def _hear(self, event: Event) -> None:
        self.threads.add(threading.current_thread().name)
        self.events.put(event)

    def settle(self) -> None:
        """Waits until all notes so far are dealt with: a job of no other kind is cancelled after them."""
        marker = request(fake_model())
        self.runner.submit(marker)
        self.runner.cancel(marker.job_id)
        while self.events.get(timeout=WAIT_S) != Cancelled(marker.job_id):
            pass


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office(FakeLaunch())
    yield made
    made.runner.close()


def plugin_model(plugin_id: str, *, bundled: bool) -> CatalogModel:
    model = fake_model()
    manifest = replace(model.plugin.manifest, id=plugin_id)
    folder = Path("/somewhere/plugins") / plugin_id
    return CatalogModel(replace(model.plugin, manifest=manifest, folder=folder, bundled=bundled), model.entry)


def test_bundled_plugins_share_a_worker_and_every_other_has_its_own(office: Office) -> None:
    for plugin_id, bundled in [("a", True), ("b", True), ("c", False), ("d", False), ("c", False)]:
        office.runner.submit(request(plugin_model(plugin_id, bundled=bundled)))
    office.settle()
    runtime = str(Places.find().runtime)
    assert [plan.import_paths for plan in office.launch.plans] == [
        (runtime, "/somewhere"),
        (runtime, "/somewhere/plugins/c"),
        (runtime, "/somewhere/plugins/d"),
        (runtime, "/nowhere/fake"),
    ]


def test_the_listener_is_called_on_the_inference_thread_alone(office: Office) -> None:
    asked = request()
    office.runner.submit(asked)
    office.runner.cancel(asked.job_id)
    assert office.events.get(timeout=WAIT_S) == Cancelled(asked.job_id)
    assert office.threads == {"inference"}


def test_warming_up_starts_a_worker_before_any_job(office: Office) -> None:
    office.runner.warm_up(plugin_model("a", bundled=False).plugin)
    office.settle()
    assert len(office.launch.workers) == 2, "the one that was warmed up and the marker's"


def test_closing_twice_or_late_is_harmless(office: Office) -> None:
    asked = request()
    office.runner.submit(asked)
    office.runner.close()
    office.runner.close()
    assert office.events.get(timeout=WAIT_S) == Cancelled(asked.job_id)
    assert [worker.kills for worker in office.launch.workers] == [1]
    office.runner.submit(request())
    office.runner.cancel("x")


def test_a_system_that_starts_no_process_fails_the_job_and_not_the_runner() -> None:
    office = Office(FakeLaunch(fails_with=OSError(12, "Cannot allocate memory")))
    for _ in range(2):
        office.runner.submit(request())
        event = office.events.get(timeout=WAIT_S)
        assert isinstance(event, Failed)
        assert "could not be started (Cannot allocate memory)" in str(event.error)
    office.runner.close()
