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
from imagetool.core.geometry import Rect
from imagetool.jobs.device import Device
from imagetool.jobs.events import Cancelled, DevicesFound, Event, Failed, Queued
from imagetool.jobs.runner import WorkerRunner
from imagetool.wire import messages
from tests.fakes.requests import fake_model, request
from tests.fakes.worker import FakeLaunch

WAIT_S = 5.0


class Office:
    """A runner with fake workers."""

    def __init__(self, launch: FakeLaunch) -> None:
        self.launch = launch
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.queued: list[Queued] = []
        self.devices: list[DevicesFound] = []
        self.threads: set[str] = set()
        self.runner = WorkerRunner(Places.find(), self._hear, launch=launch)

    def _hear(self, event: Event) -> None:
        self.threads.add(threading.current_thread().name)
        if isinstance(event, Queued):
            self.queued.append(event)
        elif isinstance(event, DevicesFound):
            self.devices.append(event)
        else:
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


def test_all_jobs_have_one_order_whatever_plugin_they_are_for(office: Office) -> None:
    asked = [request(plugin_model(name, bundled=False)) for name in "abca"]
    for one in asked:
        office.runner.submit(one)
    office.runner.move(asked[3].job_id, asked[1].job_id)
    office.runner.hold(asked[2].job_id, held=True)
    office.runner.cancel(asked[0].job_id)
    office.settle()
    last = [told for told in office.queued if told.held][-3]
    assert last == Queued((asked[3].job_id, asked[1].job_id, asked[2].job_id), frozenset({asked[2].job_id}))


def test_a_job_that_is_held_before_it_comes_to_its_worker_starts_none(office: Office) -> None:
    office.runner.hold("", held=True)
    asked = request()
    office.runner.submit(asked)
    office.settle()
    assert not office.launch.workers
    office.runner.hold(asked.job_id, held=False)
    office.settle()
    assert len(office.launch.workers) == 1


def test_cancelling_everything_ends_every_job(office: Office) -> None:
    asked = [request(plugin_model(name, bundled=False)) for name in "aab"]
    for one in asked:
        office.runner.submit(one)
    office.runner.cancel_all()
    ends = [office.events.get(timeout=WAIT_S) for _ in asked]
    assert ends == [Cancelled(one.job_id) for one in reversed(asked)]
    office.settle()
    assert office.queued[-1].job_ids == ()


def test_what_is_said_of_unknown_jobs_changes_nothing(office: Office) -> None:
    office.runner.cancel("unknown")
    office.runner.hold("unknown", held=True)
    office.runner.move("unknown", "")
    office.runner.look_at("unknown", Rect(0, 0, 1, 1))
    office.runner.free_memory()
    office.settle()


def test_devices_are_told_once_and_as_plain_text(office: Office) -> None:
    for name in "ab":
        office.runner.warm_up(plugin_model(name, bundled=False).plugin)
    office.settle()
    refs = (
        messages.DeviceRef("cuda:0", "NVIDIA\nH200\x1b[1m", 10**11),
        messages.DeviceRef("rm -rf", "no device", 0),
        messages.DeviceRef("cpu", "A processor", -1),
    )
    office.launch.say(0, messages.Devices(()))
    office.launch.say(1, messages.Devices(refs))
    office.launch.say(0, messages.Devices(refs[2:]))
    office.settle()
    assert office.devices == [
        DevicesFound((Device("cuda:0", "NVIDIA H200�[1m", 10**11), Device("cpu", "A processor", 0)))
    ]


def test_models_of_other_plugins_are_released_before_a_job_fails(office: Office) -> None:
    first, second = (request(plugin_model(name, bundled=False)) for name in "ab")
    office.runner.submit(first)
    office.runner.submit(second)
    office.settle()
    for number in range(2):
        office.launch.say(number, messages.Ready(1))
    office.launch.say(0, messages.Done(first.job_id, "cpu", "fp32", 1.0, 1, 300.0, {}))
    office.launch.say(1, messages.Exhausted(second.job_id, "cpu", ""))
    office.settle()
    idle, busy = office.launch.workers[:2]
    assert idle.told(messages.Free) == [messages.Free()]
    assert [type(message) for message in busy.sent][-3:] == [messages.Free, messages.Hold, messages.Run]


def test_a_job_alone_has_no_other_models_to_release(office: Office) -> None:
    asked = request()
    office.runner.submit(asked)
    office.settle()
    office.launch.say(0, messages.Ready(1))
    office.launch.say(0, messages.Exhausted(asked.job_id, "cpu", ""))
    while not isinstance(event := office.events.get(timeout=WAIT_S), Failed):
        pass
    assert str(event.error) == (
        "The memory is not enough for this job. Close other programs, or mask or enlarge less at once."
    )


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
