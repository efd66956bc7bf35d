"""What turns files without code into models: checkpoints of known architectures, graphs, folders of a pipeline."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagetool.plugin.errors import PluginError

if TYPE_CHECKING:
    from imagetool.plugin.job import Job
    from imagetool.plugin.models import Model
    from imagetool.plugin.tasks import Task


class NotMine(PluginError):
    """Raised by `inspect` for a file that another loader may take.

    The text is the sentence the user reads where none does.
    """


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a loader found in a file.

    Attributes:
        name: What the file's model is called, for people.
        summary: One sentence about it.
        license: As an SPDX identifier; `unknown` where the file does not say.
        models: One table for each model, as `[[model]]` in a plugin.toml; `loader`, and of each weights file
            SHA-256 and size, are filled in by imagetool.
    """

    name: str
    summary: str
    license: str
    models: tuple[Mapping[str, Any], ...]


class Loader(ABC):
    """Made without arguments in a worker that cannot read the user's files or reach the network."""

    @abstractmethod
    def inspect(self, source: Path, target: Path, job: Job) -> Inspection:
        """Looks into a file that somebody wants to use, and writes what is needed of it in a safe form.

        Called once, when the file is installed. Nothing in the file may be executed.

        Args:
            source: The file, or the folder where the manifest says `folders = true`; read-only.
            target: An empty folder, for safetensors files and others that carry no code.
            job: For progress, cancel and log; its seed is 0.

        Raises:
            NotMine: where another loader may know the file.
            CannotRun: where nobody should use it; the text is the sentence the user reads.
        """

    @abstractmethod
    def model(self, task: Task) -> Model:
        """A model of the task's class; its `load` is given the files that `inspect` has written."""
