"""Why something was not installed, in sentences."""

from __future__ import annotations

from imagetool.jobs.errors import JobError
from imagetool.jobs.install.self_test import ModelTest


class SourceNotFound(JobError):
    """There is nothing at the place that was named."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(
            f"There is nothing at “{source}”. Give a folder, a zip, a file of weights or an https address."
        )


class NeverUpdatable(JobError):
    """A plugin that was installed from a file that is gone."""

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id
        super().__init__(f"It is not known where “{plugin_id}” came from; install the new version by its file.")


class WeightsNotAsPromised(JobError):
    """A plugin brings a file of weights that is not what its manifest says."""

    def __init__(self, file: str, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"The weights “{file}” are not what the plugin promises: {reason}. Ask its author.")


class SelfTestFailed(JobError):
    """A plugin that does not work here."""

    def __init__(self, plugin: str, tests: tuple[ModelTest, ...]) -> None:
        self.plugin, self.tests = plugin, tests
        failed = next(test for test in tests if not test.passed)
        super().__init__(
            f"“{plugin}” was not installed, because “{failed.model}” failed its test on this computer: "
            f"{failed.problem}"
        )


class AnotherPlugin(JobError):
    """What lies where a plugin came from is another one now."""

    def __init__(self, wanted: str, found: str) -> None:
        self.wanted, self.found = wanted, found
        super().__init__(f"Where “{wanted}” came from is “{found}” now; install that by itself if you want it.")
