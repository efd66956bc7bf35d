"""The places of all workers: one for each plugin that has its own, one for all bundled plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.device import devices_of
from imagetool.jobs.events import DevicesFound, Event
from imagetool.jobs.plans import worker_plan
from imagetool.jobs.preparing import BARE, Equipment
from imagetool.jobs.queue import JobQueue
from imagetool.jobs.slot import Slot
from imagetool.jobs.worker import Launch, Worker
from imagetool.wire import messages
from imagetool.wire.buffers import BufferPool


@dataclass(eq=False, slots=True)
class Slots:
    """Used by the runner's thread alone, except for `later`, to which workers give their news on any thread.

    Attributes:
        places: Where plugins may read and write.
        launch: Starts a worker.
        listener: Hears of the jobs and the devices.
        queue: The order of all jobs.
        idle_exit_s: A worker that has nothing to do for so long is ended.
        later: Has something done on the runner's thread.
        equipment: What jobs are made ready with; the devices are filled in here.
    """

    places: Places
    launch: Launch
    listener: Callable[[Event], None]
    queue: JobQueue
    idle_exit_s: float
    later: Callable[[Callable[[], object]], None]
    equipment: Equipment = BARE
    _slots: dict[str, Slot] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Slot]:
        return iter(tuple(self._slots.values()))

    def of(self, plugin: Plugin) -> Slot:
        """The place of a plugin's worker; another version of the plugin has another one.

        Raises:
            OSError: where there is no room for its pixels.
        """
        key = "bundled" if plugin.shares_worker else str(plugin.folder)
        if key not in self._slots:
            self._slots[key] = self._made(plugin)
        return self._slots[key]

    @property
    def deadline(self) -> float | None:
        """When the first of them has something to do, in seconds of the monotonic clock."""
        return min((slot.deadline for slot in self if slot.deadline is not None), default=None)

    def crowded(self, place: object) -> bool:
        """Whether the worker of another place may hold a model."""
        return any(slot.has_models for slot in self if slot is not place)

    def make_room(self) -> None:
        """All workers forget their models, and pixels that nobody uses are given back."""
        for slot in self:
            slot.free_memory()

    def hear_devices(self, message: messages.Devices) -> None:
        """Tells of the devices once: the first to say it is a worker that has no code of a plugin in it yet."""
        devices = devices_of(message)
        if devices and not self.equipment.devices:
            self.equipment = replace(self.equipment, devices=devices)
            self.listener(DevicesFound(devices))

    def _made(self, plugin: Plugin) -> Slot:
        pool = BufferPool()

        def start(slot: Slot) -> Worker:
            def on_message(worker: Worker, message: Any) -> None:
                self.later(lambda: slot.hear(worker, message))

            def on_end(worker: Worker, reason: str) -> None:
                self.later(lambda: slot.worker_ended(worker, reason))

            plan = worker_plan(plugin, self.places, pool.folders, self._kept_in(plugin))
            return self.launch(self.places.runtime, plan, on_message, on_end)

        return Slot(
            name=plugin.manifest.name,
            pool=pool,
            queue=self.queue,
            listener=self.listener,
            idle_exit_s=self.idle_exit_s,
            start=start,
            around=self,
        )

    def _kept_in(self, plugin: Plugin) -> Path | None:
        """Where the pixels of a plugin's long jobs lie; the folder must be there before a worker is shut in."""
        if self.equipment.journals is None:
            return None
        folder = self.equipment.journals.folder_of(plugin)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None  # then no job can be kept, which whoever tries it will say
        return folder
