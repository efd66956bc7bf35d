"""Having a loader look into a file, in a process of its own that can see nothing but the file."""

from __future__ import annotations

import json
import queue
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.errors import JobError, ModelFailed, WorkerDied
from imagetool.jobs.plans import confined_plan
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch, Worker
from imagetool.plugin.manifest import LoaderEntry
from imagetool.wire import messages
from imagetool.wire.text import plain, plain_lines

PATIENCE_S = 600.0
_POLL_S = 0.1
_SENTENCE, _DETAILS, _NAME = 600, 50_000, 200


@dataclass(frozen=True, slots=True)
class FoundModels:
    """What a loader says of a file; `models` are tables as in a manifest, not checked yet."""

    name: str
    summary: str
    license: str
    models: list[Any]


class FileRefused(JobError):
    """A loader does not take a file; where `final`, no other one should be asked."""

    def __init__(self, sentence: str, *, final: bool) -> None:
        self.final = final
        super().__init__(sentence)


class InspectionTooLong(JobError):
    """A file could not be looked into in a reasonable time."""

    def __init__(self, path: Path, patience_s: float) -> None:
        self.path, self.patience_s = path, patience_s
        super().__init__(
            f"“{path.name}” was not read within {patience_s / 60:.0f} minutes, so it was not installed."
        )


def inspect(
    plugin: Plugin,
    loader: LoaderEntry,
    source: Path,
    target: Path,
    places: Places,
    watch: Watch,
    launch: Launch = WorkerProcess,
) -> FoundModels:
    """Asks a loader of `plugin` about `source`; what is needed of it is written to the empty folder `target`.

    Raises:
        FileRefused: where the loader does not take the file.
        WorkerDied: where the process ended.
        ModelFailed: where the loader failed.
        InspectionTooLong: where it took longer than `PATIENCE_S`.
    """
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    module, attribute = plugin.module_and_class(loader.entry)
    job_id = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="imagetool-inspect-", ignore_cleanup_errors=True) as scratch:
        plan = confined_plan(plugin, places, (source,), (Path(scratch), target))
        worker = launch(
            places.runtime,
            plan,
            lambda _, message: heard.put(message),
            lambda _, reason: heard.put(_Ended(reason)),
        )
        try:
            worker.send(
                messages.Inspect(job_id, module, attribute, str(source.absolute()), str(target.absolute()))
            )
            return _answer(heard, worker, source, loader.name, watch)
        finally:
            worker.kill()


@dataclass(frozen=True, slots=True)
class _Ended:
    reason: str


def _answer(heard: queue.SimpleQueue[Any], worker: Worker, source: Path, loader: str, watch: Watch) -> FoundModels:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        watch.check()
        try:
            message = heard.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        match message:
            case messages.Progress():
                watch.progress(message.done, plain(message.text, _NAME))
            case messages.Refused():
                raise FileRefused(plain(message.sentence, _SENTENCE), final=message.final)
            case messages.Failed():
                details = plain_lines(message.details, _DETAILS)
                raise ModelFailed(plain(message.sentence, _SENTENCE), details)
            case messages.Inspected():
                return _found(message)
            case _Ended():
                raise WorkerDied(loader, message.reason, worker.log.text())
    raise InspectionTooLong(source, PATIENCE_S)


def _found(message: messages.Inspected) -> FoundModels:
    try:
        tables = json.loads(message.models)
    except (ValueError, RecursionError):
        tables = None
    if not isinstance(tables, list):
        raise ModelFailed("The loader did not say what it found, so nothing was installed.")
    return FoundModels(
        plain(message.name, _NAME), plain(message.summary, _SENTENCE), plain(message.license, _NAME), tables
    )
