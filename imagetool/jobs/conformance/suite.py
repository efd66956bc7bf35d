"""All checks of a plugin, in the order in which their answers make sense."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from imagetool.catalog.archives.unpacking import copy_folder
from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.scanning import PACKAGES, read_manifest, third_party, with_loader
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.conformance import life_checks, parameter_checks, result_checks, tile_checks
from imagetool.jobs.conformance.bench import Bench
from imagetool.jobs.conformance.file_checks import check_files
from imagetool.jobs.conformance.loader_checks import check_loader
from imagetool.jobs.conformance.manifest_checks import check_code, check_manifest, check_weights, unreadable
from imagetool.jobs.conformance.report import Check, Report, Status, Verdict, failed, passed, skipped
from imagetool.jobs.conformance.trials import TimeIsUp, Trials
from imagetool.jobs.errors import JobError
from imagetool.jobs.packages import WHEELS, install_packages, missing_packages
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch
from imagetool.plugin.errors import ManifestError
from imagetool.plugin.manifest import FILE_NAME

_ModelCheck: TypeAlias = Callable[[Bench], Verdict]

MODEL_CHECKS: tuple[tuple[str, _ModelCheck], ...] = (
    ("loads", result_checks.loads),
    ("result", result_checks.result),
    ("sizes", result_checks.sizes),
    ("opacity", result_checks.alpha),
    ("gray", result_checks.gray),
    ("16 bit", result_checks.depth),
    ("inputs", result_checks.inputs),
    ("more like", result_checks.variations),
    ("guides", result_checks.guides),
    ("same seed", result_checks.same_seed),
    ("other process", result_checks.other_process),
    ("seed", result_checks.seed),
    ("picture untouched", result_checks.untouched),
    ("parameters", parameter_checks.parameters),
    ("tiles", tile_checks.seamless),
    ("speed", life_checks.speed),
    ("progress", life_checks.progress),
    ("cancel", life_checks.cancel),
    *((name, partial(life_checks.device, name=name)) for name in life_checks.DEVICES),
)
_ALWAYS_FIRST = ("loads", "result")
_FIRST: dict[str, tuple[str, ...]] = {
    "other process": ("same seed",),
    "seed": ("same seed",),
    "tiles": ("sizes", "same seed"),
    "speed": ("sizes",),
    "progress": ("sizes", "speed"),
    "cancel": ("sizes", "speed"),
}
"""Checks that say nothing new where one of these has failed."""


class NoPlugin(JobError):
    """There is no folder to check."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"“{path}” is no folder. Give a plugin's folder; a zip has to be unpacked first.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one job and all of them may take, and how large the pictures may be."""

    job_s: float = 120.0
    all_s: float = 900.0
    most_side_px: int = 2048


@dataclass(slots=True)
class _Notes:
    """The checks so far, and who is told of them."""

    watch: Watch
    until: float
    total: int = 1
    checks: list[Check] = field(default_factory=list)

    def take(self, model: str, name: str, check: Callable[[], Verdict | list[Verdict]]) -> bool:
        """Carries out a check and notes what it says; whether it did not fail."""
        self.watch.progress(min(1.0, len(self.checks) / self.total), f"{model} {name}".strip())
        began = time.monotonic()
        try:
            found = check()
        except TimeIsUp:
            found = skipped("There was no time left.")
        seconds = round(time.monotonic() - began, 3)
        verdicts = found if isinstance(found, list) else [found]
        self.checks += [
            Check(model, name, verdict.status, verdict.explanation, verdict.fix, seconds) for verdict in verdicts
        ]
        return not any(verdict.status is Status.FAILED for verdict in verdicts)


def check_folder(
    folder: Path,
    places: Places,
    watch: Watch,
    launch: Launch = WorkerProcess,
    limits: Limits = Limits(),
    *,
    online: bool = False,
) -> Report:
    """Tries the plugin or the pack of weights in a folder, without installing it.

    Its jobs run in a worker of its own, confined as an installed plugin's. Nothing in the folder is changed.
    Packages that it does not bring are fetched only where `online` says that the user agreed.

    Raises:
        NoPlugin: where there is no folder.
    """
    if not folder.is_dir():
        raise NoPlugin(folder)
    folder = folder.absolute()
    notes = _Notes(watch, time.monotonic() + limits.all_s)
    catalog = Catalog.scan(places)
    try:
        plugin = _plugin(folder, catalog)
    except ManifestError as error:
        problems = unreadable(error)
        notes.take("", "manifest", lambda: problems)
        notes.take("", "files", partial(check_files, folder))
        return Report("", "", tuple(notes.checks))
    notes.total = 5 + len(plugin.manifest.models) * len(MODEL_CHECKS)
    notes.take("", "manifest", lambda: check_manifest(plugin))
    notes.take("", "files", lambda: check_files(folder))
    sound = notes.take("", "code", lambda: check_code(plugin))
    sound = notes.take("", "weights", lambda: check_weights(plugin)) and sound
    with contextlib.ExitStack() as cleanup:
        ready: list[Plugin] = []
        sound = (
            notes.take("", "packages", lambda: _packages(plugin, catalog, watch, cleanup, ready, online=online))
            and sound
        )
        if sound:
            for loader in ready[0].manifest.loaders:
                notes.take(loader.name, "nonsense", partial(check_loader, ready[0], loader, places, watch, launch))
            _try_models(ready[0], notes, places, launch, limits)
    return Report(plugin.manifest.id, str(plugin.manifest.version), tuple(notes.checks))


def _plugin(folder: Path, catalog: Catalog) -> Plugin:
    """The plugin in a folder; one that is part of imagetool as it is run there."""
    for plugin in catalog.plugins:
        if plugin.bundled and plugin.folder.resolve() == folder.resolve():
            return plugin
    return third_party(read_manifest(folder / FILE_NAME), folder, sealed=False)


def _packages(
    plugin: Plugin,
    catalog: Catalog,
    watch: Watch,
    cleanup: contextlib.ExitStack,
    ready: list[Plugin],
    *,
    online: bool,
) -> Verdict:
    """Sees to it that the packages it needs are there; `ready` takes the plugin as it can be run."""
    try:
        plugin = with_loader(plugin, catalog.plugins)
        missing = missing_packages(plugin)
        if missing and not plugin.bundled and plugin.loader is None and not (plugin.folder / PACKAGES).is_dir():
            if not online and not (plugin.folder / WHEELS).is_dir():
                return failed(
                    f"It needs {', '.join(missing)}, which would have to be fetched.",
                    "Check again with --yes to agree to the download, or bring the wheels in a folder “wheels”.",
                )
            copy = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="imagetool-check-"))) / "plugin"
            copy_folder(plugin.folder, copy)
            plugin = replace(plugin, folder=copy, packages_folder=copy / PACKAGES)
            install_packages(plugin, watch)
    except ImagetoolError as error:
        return failed(str(error), "Change requires in plugin.toml, then check again.")
    ready.append(plugin)
    if not missing:
        return passed("imagetool has all that it needs.")
    return passed(f"Installed for the checks: {', '.join(missing)}.")


def _try_models(plugin: Plugin, notes: _Notes, places: Places, launch: Launch, limits: Limits) -> None:
    with _trials(places, notes, launch, limits) as trials, _trials(places, notes, launch, limits) as elsewhere:
        for entry in plugin.manifest.models:
            bench = Bench(CatalogModel(plugin, entry), trials, elsewhere, most_side_px=limits.most_side_px)
            for name, check in MODEL_CHECKS:
                first = [other for other in (*_ALWAYS_FIRST, *_FIRST.get(name, ())) if other in bench.failed]
                if first:
                    notes.take(entry.id, name, partial(skipped, f"“{first[0]}” comes first."))
                elif not notes.take(entry.id, name, partial(check, bench)):
                    bench.failed.add(name)


@contextlib.contextmanager
def _trials(places: Places, notes: _Notes, launch: Launch, limits: Limits) -> Iterator[Trials]:
    trials = Trials(places, notes.watch, launch, limits.job_s, notes.until)
    try:
        yield trials
    finally:
        trials.close()
