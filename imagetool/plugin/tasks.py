"""What models can be asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """A kind of work; the value is its name in manifests and on the command line."""

    INPAINT = "inpaint"
    UPSCALE = "upscale"
    DENOISE = "denoise"
    COLORIZE = "colorize"
    GENERATE = "generate"
    SCORE = "score"
    SEGMENT = "segment"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class TaskWords:
    """How a task is called in the window: the verb on its button, what it did, and what it needs first.

    `needs_mask` says that the model is given a mask; `hint` is what must be painted before it can run, whether the
    model is given it as a mask or as what was pointed at. `has_seed`: another seed gives another result.
    """

    verb: str
    past: str
    needs_mask: bool = False
    hint: str = ""
    has_seed: bool = True


WORDS: dict[Task, TaskWords] = {
    Task.INPAINT: TaskWords("Fill", "Filled", needs_mask=True, hint="Paint over what should go"),
    Task.UPSCALE: TaskWords("Enlarge", "Enlarged", has_seed=False),
    Task.DENOISE: TaskWords("Denoise", "Denoised", has_seed=False),
    Task.COLORIZE: TaskWords("Colour", "Coloured"),
    Task.GENERATE: TaskWords("Create", "Created"),
    Task.SCORE: TaskWords("Score", "Scored", has_seed=False),
    Task.SEGMENT: TaskWords("Select", "Selected", hint="Paint over what is to be selected", has_seed=False),
    Task.FILTER: TaskWords("Apply", "Applied"),
}
