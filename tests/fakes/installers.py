"""An installer that reads nothing and installs nothing; the test says what it finds and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.install.installer import Installed, Prepared
from imagetool.jobs.install.offers import Offer
from imagetool.jobs.install.self_test import ModelTest
from imagetool.jobs.watch import Watch
from tests.fakes.papers import plugin_of

_POLL_S, _MOST_S = 0.01, 30.0


class FakeInstaller:
    """Records what it was asked for; with `hold` it works until it is released or stopped."""

    def __init__(self, offer: Offer, *, refusal: ImagetoolError | None = None, hold: bool = False) -> None:
        self.offer, self.refusal = offer, refusal
        self.sources: list[str] = []
        self.wanted: list[str] = []
        self.completed: list[str] = []
        self.left = 0  # how often what was prepared has been cleared away
        self.working = threading.Event()
        self.released = threading.Event()
        if not hold:
            self.released.set()

    def made(self, places: Places) -> FakeInstaller:
        """Itself, as the desk makes its installer."""
        return self

    @contextmanager
    def prepared(self, source: str, watch: Watch, wanted: str = "") -> Iterator[Prepared]:
        """Finds what the test wants."""
        self.sources.append(source)
        self.wanted.append(wanted)
        watch.progress(0.1, "reading")
        if self.refusal:
            raise self.refusal
        try:
            yield Prepared(source, Path("/nowhere"), plugin_of(self.offer.manifest), self.offer)
        finally:
            self.left += 1

    def complete(self, prepared: Prepared, watch: Watch) -> Installed:
        """Works, as long as the test wants."""
        manifest = prepared.plugin.manifest
        watch.progress(0.5, "testing")
        self.working.set()
        for _ in range(round(_MOST_S / _POLL_S)):
            watch.check()
            if self.released.wait(_POLL_S):
                break
        self.completed.append(manifest.id)
        tests = tuple(ModelTest(model.name, 1.25, 300.0) for model in manifest.models)
        return Installed(manifest.id, str(manifest.version), tests)

    def origin(self, plugin_id: str) -> str:
        """Always the same place."""
        return f"/from/{plugin_id}.zip"
