"""Whether a loader refuses what it cannot know, in a sentence."""

from __future__ import annotations

import tempfile
from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.conformance.report import Verdict, failed, passed
from imagetool.jobs.errors import JobError
from imagetool.jobs.install.inspection import FileRefused, inspect
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch
from imagetool.plugin.manifest import LoaderEntry

_NONSENSE = b"This is no file of weights.\n" * 40


def check_loader(plugin: Plugin, loader: LoaderEntry, places: Places, watch: Watch, launch: Launch) -> Verdict:
    """Hands it a text under the first ending that it takes, or an empty folder."""
    with tempfile.TemporaryDirectory(prefix="imagetool-check-") as folder:
        source, target = Path(folder) / f"nonsense{(loader.files or ('',))[0]}", Path(folder) / "target"
        target.mkdir()
        if loader.files:
            source.write_bytes(_NONSENSE)
        else:
            source.mkdir()
        try:
            inspect(plugin, loader, source, target, places, watch, launch)
        except FileRefused as error:
            return passed(f"A file of nonsense is refused: {error}")
        except JobError as error:
            return failed(
                f"On a file of nonsense it did not refuse but fail: {error}",
                "Let inspect raise NotMine(“one sentence”) for what another loader may know, CannotRun otherwise.",
            )
    return failed("It took a file of nonsense for one of its own.", "Let inspect raise NotMine(“one sentence”).")
