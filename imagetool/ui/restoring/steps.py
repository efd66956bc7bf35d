"""The steps in which an old photo is restored: what they are called, who can do them, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from imagetool.catalog.catalog import CatalogModel


class Step(StrEnum):
    """One step, in the order in which they are done."""

    FIND = "find"
    FILL = "fill"
    DENOISE = "denoise"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True)
class StepWords:
    """What a step is called, and what it has done: the name of its layer, and of its entry in the history."""

    title: str
    past: str


STEP_WORDS: dict[Step, StepWords] = {
    Step.FIND: StepWords("Find damage", "Find damage"),
    Step.FILL: StepWords("Fill damage", "Damage filled"),
    Step.DENOISE: StepWords("Denoise", "Denoised"),
    Step.COLOUR: StepWords("Colour", "Coloured"),
}


@dataclass(frozen=True, slots=True)
class StepOffer:
    """A step that can be chosen.

    Attributes:
        step: Which.
        models: Who can do it; `model` is the one that is proposed, None where there is none.
        ticked: Whether it is proposed at all.
        reason: One sentence why it cannot be done; empty where it can.
    """

    step: Step
    models: tuple[CatalogModel, ...]
    model: CatalogModel | None
    ticked: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChosenStep:
    """A step that is to be done, and who does it."""

    step: Step
    model: CatalogModel


class StepStage(Enum):
    """How far a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepFacts:
    """How a step stands; `said` is what came of it, in a few words."""

    step: Step
    stage: StepStage = StepStage.WAITING
    said: str = ""
