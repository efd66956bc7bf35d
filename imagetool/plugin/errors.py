"""What can be wrong with a plugin's promise, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from imagetool.core.errors import ImagetoolError

_VALUE_LENGTH = 60


class PluginError(ImagetoolError):
    """Base of all errors about plugins, their manifests and their parameters."""


class CannotRun(PluginError):
    """Raised by a model that cannot do this job; the text is the sentence the user reads."""


class ParameterError(PluginError):
    """A value does not fit the parameter it was given to."""

    def __init__(self, name: str, value: object, expected: str) -> None:
        self.name, self.value, self.expected = name, value, expected
        super().__init__(f"“{name}” cannot be {_short(value)}: it takes {expected}.")


def _short(value: object) -> str:
    written = repr(value)
    return written if len(written) <= _VALUE_LENGTH else written[: _VALUE_LENGTH - 1] + "…"


class UnknownParameter(PluginError):
    """The model has no parameter of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        choice = f"It has {', '.join(known)}." if known else "It has none."
        super().__init__(f"The model has no parameter “{name}”. {choice}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a manifest: where, as a dotted path, and what."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class ManifestError(PluginError):
    """A manifest that cannot be used; carries every problem found."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source, self.problems = source, problems
        listed = "; ".join(str(problem) for problem in problems)
        super().__init__(f"{source} cannot be used: {listed}.")


class Cancelled(Exception):
    """Raised inside a job where it was asked to stop; never shown, never caught by a plugin."""
