"""Why a job cannot go on where it stopped, or could not go on later; each says what is done instead."""

from __future__ import annotations

from imagetool.jobs.errors import JobError


class JournalError(JobError):
    """Base of what can be wrong with what is kept of a job; the job itself is carried out all the same."""


class JournalDamaged(JournalError):
    """What was kept cannot be used: half-written, cut, or not written by imagetool."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"What was kept of the job {name:.12} cannot be used ({reason}); it was deleted.")


class JournalStale(JournalError):
    """The model or imagetool has changed since, so that the tiles would not fit together."""

    def __init__(self, changed: tuple[str, ...]) -> None:
        self.changed = changed
        what = " and ".join(_CHANGES.get(name, name) for name in changed)
        super().__init__(f"What was kept of this job was made with {what}; it was deleted.")


class JournalTaken(JournalError):
    """Another process carries the same job out right now."""

    def __init__(self) -> None:
        super().__init__("The same job is under way in another window or command; this one begins from the start.")


class NotKept(JournalError):
    """The disk does not take what is done, so that nothing is left of it after a crash."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"What is done of this job is not kept on the disk ({reason}); it cannot be resumed.")


_CHANGES = {
    "imagetool": "another version of imagetool",
    "plugin_version": "another version of the plugin",
    "weights_sha256": "other weights",
}
