"""Everything that is done to plugins, on a thread of its own, one thing after the other.

What it needs to do them is imported on that thread, so that the start does not wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from imagetool.app.plugin_logs import PluginLogs
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.store.errors import StoreError
from imagetool.catalog.store.seals import check_seal
from imagetool.catalog.store.store import Store
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.watch import Watch
from imagetool.plugin.errors import Cancelled
from imagetool.ui.plugins.notes import Activity, Outcome, Question, question_about, told

if TYPE_CHECKING:
    from imagetool.jobs.install.dropped_weights import DroppedFile
    from imagetool.jobs.install.installer import Installed, Prepared
    from imagetool.jobs.install.self_test import ModelTest

_SHORT_ADDRESS = 60


class SomeInstaller(Protocol):
    """What installs; as `jobs.installing.Installer`."""

    def prepared(self, source: str, watch: Watch, wanted: str = "") -> AbstractContextManager[Prepared]:
        """Reads what is to be installed."""
        ...

    def complete(self, prepared: Prepared, watch: Watch) -> Installed:
        """Installs it."""
        ...

    def origin(self, plugin_id: str) -> str:
        """Where a plugin came from."""
        ...


def real_installer(places: Places) -> SomeInstaller:
    """The one that installs."""
    from imagetool.jobs.install.installer import Installer

    return Installer(places)


def real_test(plugin: Plugin, places: Places, watch: Watch) -> tuple[ModelTest, ...]:
    """The one that runs the models."""
    from imagetool.jobs.install.self_test import self_test

    return self_test(plugin, places, watch)


def real_adoption(places: Places, watch: Watch) -> tuple[DroppedFile, ...]:
    """The one that looks into the folder of weights."""
    from imagetool.jobs.install.dropped_weights import adopt

    return adopt(places, watch)


class PluginDesk(QObject):
    """The window's end of it: the methods return at once, the signals come on the window's thread."""

    activity_changed = Signal(object)  # Activity, or None
    asked = Signal(object)  # Question
    ended = Signal(object)  # Outcome
    scanned = Signal(object)  # Inventory

    _heard = Signal(object)

    def __init__(
        self,
        places: Places,
        *,
        safe_mode: bool = False,
        make_installer: Callable[[Places], SomeInstaller] = real_installer,
        test: Callable[[Plugin, Places, Watch], tuple[ModelTest, ...]] = real_test,
        adopt_files: Callable[[Places, Watch], tuple[DroppedFile, ...]] = real_adoption,
    ) -> None:
        super().__init__()
        self.safe_mode = safe_mode
        self._places = places
        self._make_installer, self._test, self._adopt_files = make_installer, test, adopt_files
        self._logs = PluginLogs(places.home)
        self._tested: dict[str, tuple[ModelTest, ...]] = {}
        self._question: Question | None = None
        self._told = False  # what there is
        self._stop, self._closing = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="plugins")
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)

    def install(self, source: str) -> None:
        """Installs what is at a path or an address, once the user has agreed."""
        self._begin(f"Installing {shown_source(source)}", lambda watch: self._install(source, watch))

    def update(self, plugin_id: str, name: str) -> None:
        """Installs a plugin again from where it came."""

        def act(watch: Watch) -> Outcome:
            return self._install(self._origin(plugin_id), watch, plugin_id)

        self._begin(f"Updating {name}", act, plugin_id)

    def roll_back(self, plugin_id: str, name: str) -> None:
        """Uses the previous version again."""

        def act(_: Watch) -> Outcome:
            version = self._store.roll_back(plugin_id).current.rpartition("-")[0]
            self._tested.pop(plugin_id, None)  # that was the other version
            return Outcome(f"“{name}” is at version {version} again.", plugin_id=plugin_id)

        self._begin(f"Rolling back {name}", act, plugin_id)

    def set_enabled(self, plugin_id: str, name: str, enabled: bool) -> None:
        """Offers the plugin's models, or does not."""

        def act(_: Watch) -> Outcome:
            self._store.set_enabled(plugin_id, enabled)
            return Outcome(f"“{name}” is {'enabled' if enabled else 'disabled'}.", plugin_id=plugin_id)

        self._begin(f"{'Enabling' if enabled else 'Disabling'} {name}", act, plugin_id)

    def remove(self, plugin_id: str, name: str) -> None:
        """Removes a plugin; the user has agreed."""

        def act(_: Watch) -> Outcome:
            self._store.remove(plugin_id)
            self._tested.pop(plugin_id, None)
            return Outcome(f"“{name}” was removed.")

        self._begin(f"Removing {name}", act)

    def check(self, plugin: Plugin) -> None:
        """Looks at the plugin's files and tries its models."""
        self._begin(
            f"Checking {plugin.manifest.name}", lambda watch: self._check(plugin, watch), plugin.manifest.id
        )

    def adopt_weights(self) -> None:
        """Makes models of the files that were put into the folder of weights, where there are new ones."""
        if not self.safe_mode:
            self._submit(self._adopt)

    def rescan(self) -> None:
        """Looks again at what there is."""
        self._submit(self._tell_inventory)

    def note_failure(self, plugin_id: str, sentence: str, details: str) -> None:
        """Writes down that a job of a plugin has failed."""
        self._submit(self._logs.add, plugin_id, sentence, details)

    def stop(self) -> None:
        """Stops what is being done; a question counts as answered with no."""
        self._stop.set()
        if self._question:
            self._question.answer(False)

    def close(self) -> None:
        """Stops, and waits until nothing is left."""
        self._closing.set()
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def _store(self) -> Store:
        return Store(self._places.home)

    def _begin(self, what: str, act: Callable[[Watch], Outcome], plugin_id: str = "") -> None:
        self._submit(self._carry_out, what, act, plugin_id)

    def _submit(self, act: Callable[..., None], *arguments: object) -> None:
        if not self._closing.is_set():
            self._pool.submit(act, *arguments).add_done_callback(self._raise_bugs)

    # on the thread

    def _carry_out(self, what: str, act: Callable[[Watch], Outcome], plugin_id: str) -> None:
        self._stop.clear()
        if self._closing.is_set():
            return
        if not self._told:  # it may take long, and meanwhile there is something to see
            self._tell_inventory()
        self._heard.emit(Activity(what))
        watch = Watch(lambda done, text: self._heard.emit(Activity(what, done, text)), self._check_stopped)
        try:
            outcome = act(watch)
        except Cancelled:
            outcome = Outcome(f"{what}: stopped; nothing was changed.", plugin_id=plugin_id)
        except ImagetoolError as error:
            details: str = getattr(error, "details", "")
            outcome = Outcome(str(error), details, failed=True, plugin_id=plugin_id)
            if plugin_id:
                self._logs.add(plugin_id, str(error), details)
        self._question = None
        self._heard.emit(outcome)
        self._tell_inventory()

    def _check_stopped(self) -> None:
        if self._stop.is_set() or self._closing.is_set():
            raise Cancelled

    def _tell_inventory(self) -> None:
        if not self._closing.is_set():
            from imagetool.ui.plugins.inventory import Inventory

            inventory = Inventory.read(self._places, self._logs.text, self._tested, safe_mode=self.safe_mode)
            self._told = True
            self._heard.emit(inventory)

    def _install(self, source: str, watch: Watch, wanted: str = "") -> Outcome:
        """Where a plugin is `wanted`, no other one is installed."""
        installer = self._make_installer(self._places)
        with installer.prepared(source, watch, wanted) as prepared:
            offer = prepared.offer
            if not offer.agreed and not self._agreed(question_about(offer)):
                return Outcome(f"“{offer.manifest.name}” was not installed; nothing was changed.")
            done = installer.complete(prepared, watch)
        self._tested[done.plugin_id] = done.tests
        offers = ", ".join(model.name for model in offer.manifest.models)
        said = [
            f"“{offer.manifest.name}” {done.version} is installed.",
            "It is still disabled."
            if self._disabled(done.plugin_id)
            else f"It offers {offers}."
            if offers
            else "",
            f"Tested here: {told(done.tests)}." if done.tests else "",
        ]
        return Outcome(" ".join(part for part in said if part), plugin_id=done.plugin_id)

    def _disabled(self, plugin_id: str) -> bool:
        try:
            return not self._store.find(plugin_id).enabled
        except StoreError:
            return False

    def _agreed(self, question: Question) -> bool:
        self._question = question
        if self._stop.is_set() or self._closing.is_set():  # it came before the question
            return False
        self._heard.emit(question)
        return question.wait()

    def _check(self, plugin: Plugin, watch: Watch) -> Outcome:
        name = plugin.manifest.name
        if plugin.sealed:
            watch.progress(0.0, "looking at its files")
            check_seal(plugin.folder, name=name)
        tests = self._test(plugin, self._places, watch)
        self._tested[plugin.manifest.id] = tests
        failed = [test for test in tests if not test.passed]
        for test in failed:
            self._logs.add(plugin.manifest.id, f"Checked: {test.model} failed: {test.problem}", "")
        sentence = f"“{name}” {'has a model that does not work here' if failed else 'works here'}. {told(tests)}."
        return Outcome(sentence, failed=bool(failed), plugin_id=plugin.manifest.id)

    def _adopt(self) -> None:
        if not (self._places.home / "weights").is_dir():
            return
        from imagetool.jobs.install.dropped_weights import has_news

        if not has_news(self._places):
            return

        def act(watch: Watch) -> Outcome:
            problems = [file.problem for file in self._adopt_files(self._places, watch) if file.problem]
            return Outcome(" ".join(problems), failed=bool(problems))

        self._carry_out("Looking into the folder of weights", act, "")

    def _origin(self, plugin_id: str) -> str:
        return self._make_installer(self._places).origin(plugin_id)

    def _raise_bugs(self, future: Future[None]) -> None:
        if not future.cancelled() and future.exception():
            self._heard.emit(future)

    # on the window's

    def _on_heard(self, note: object) -> None:
        match note:
            case Activity():
                self.activity_changed.emit(note)
            case Question():
                self.asked.emit(note)
            case Outcome():
                self.activity_changed.emit(None)
                self.ended.emit(note)
            case Future():
                note.result()
            case _:
                self.scanned.emit(note)


def shown_source(source: str) -> str:
    """A path or an address as it is named in a line."""
    if source.startswith("https://"):
        plain = source.partition("?")[0].partition("#")[0]
        return plain if len(plain) <= _SHORT_ADDRESS else f"{plain[:_SHORT_ADDRESS]}…"
    return Path(source).name or source
