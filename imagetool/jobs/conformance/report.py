"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended; a warning is worth a look and no fault."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found, in a plain sentence, and what its reader should do about it."""

    status: Status
    explanation: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `model` is "" where it is about the plugin as a whole."""

    model: str
    check: str
    status: Status
    explanation: str
    fix: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one plugin; `plugin` and `version` are "" where its manifest cannot be read."""

    plugin: str
    version: str
    checks: tuple[Check, ...]

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(check.status is Status.FAILED for check in self.checks)

    @property
    def passed(self) -> bool:
        """Whether none failed."""
        return not self.failed


def passed(explanation: str) -> Verdict:
    """Nothing to do."""
    return Verdict(Status.PASSED, explanation)


def warning(explanation: str, fix: str) -> Verdict:
    """Something to look at."""
    return Verdict(Status.WARNING, explanation, fix)


def failed(explanation: str, fix: str) -> Verdict:
    """Something to mend."""
    return Verdict(Status.FAILED, explanation, fix)


def skipped(reason: str) -> Verdict:
    """Not tried."""
    return Verdict(Status.SKIPPED, reason)
