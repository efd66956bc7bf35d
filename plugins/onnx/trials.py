"""Finding out by small pictures what a graph does not say about itself."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from imagetool.plugin import Job
from plugins.onnx.candidates import PICTURE_NUMBERS, Guess, Roles, guesses
from plugins.onnx.errors import NoPicture, NotFinite, RunFailed, TooSlow, TrialFailed
from plugins.onnx.facts import MOST_SCALE, Facts, Layout, Plane
from plugins.onnx.graphs import Graph
from plugins.onnx.network import compute, shape_text, to_array, to_image, values_of
from plugins.onnx.session import Array, Session, TimedOut

RUN_LIMIT_S = 60.0
"""A trial picture that takes longer is given up."""

ALL_LIMIT_S = 240.0
"""After that what is not known is assumed."""

_NO_MEMORY = "it wants more memory than there is"


@dataclass(frozen=True, eq=False, slots=True)
class Trials:
    """A graph under trial: everything that stops when the job is cancelled or takes too long."""

    graph: Graph
    session: Session
    job: Job
    began_s: float

    @property
    def left_s(self) -> float:
        """How much time there is for what can be done without."""
        return self.began_s + ALL_LIMIT_S - time.monotonic()

    def compute(self, facts: Facts, image: Tensor, hole: Tensor | None = None) -> Tensor:
        """As `network.compute`, stopped with the job.

        Raises:
            RunFailed: also where it takes too long or too much.
        """
        try:
            return compute(self.session, facts, image, hole, self.job.check, RUN_LIMIT_S)
        except TimedOut:
            raise RunFailed(f"it took longer than {RUN_LIMIT_S:g} seconds") from None
        except MemoryError:
            raise RunFailed(_NO_MEMORY) from None

    def works(self, facts: Facts, height: int, width: int) -> bool:
        """Whether a picture of that size goes through."""
        try:
            self.compute(
                facts, trial_picture(facts.picture.channels, height, width), trial_hole(facts, height, width)
            )
        except RunFailed:
            return False
        return True


def first_facts(trials: Trials, roles: Roles) -> tuple[Facts, Guess]:
    """Tries one guess after the other until a picture comes out; returns its facts and the guess that worked.

    Raises:
        Refused: where none does.
    """
    failed = ""
    strange: list[tuple[Guess, list[Array]]] = []
    for guess in guesses(roles.picture):
        if any(other.picture == guess.picture for other, _ in strange):
            continue  # another size would not make it a picture
        mask = roles.mask_plane(guess.picture)
        try:
            outputs = _outputs(trials, guess, mask)
        except RunFailed as error:
            failed = failed or error.reason
            continue
        facts = _facts(trials.graph, guess, mask, outputs)
        if facts:
            return facts, guess
        strange.append((guess, outputs))
        trials.job.check()
    if not strange:
        raise TrialFailed(trials.graph.name, failed or "no layout fits its input")
    guess, outputs = strange[0]
    given = f"a picture of {guess.width}×{guess.height} pixels and {guess.picture.channels} channels"
    raise NoPicture(trials.graph.name, given, shape_text(outputs[0].shape) if outputs else "nothing")


def trial_picture(channels: int, height: int, width: int) -> Tensor:
    """Soft patches of chance and, in its middle, gray: (1, channels, height, width) in [0, 1], always the same."""
    rng = torch.Generator().manual_seed(5)
    coarse = torch.rand((1, channels, 6, 6), generator=rng) * 0.8 + 0.1
    coarse[..., 2:4, 2:4] = 0.5
    return resize(coarse, Size(width, height)).clamp(0, 1)


def middle(height: int, width: int) -> Tensor:
    """A hole (1, 1, height, width) bool."""
    hole = torch.zeros((1, 1, height, width), dtype=torch.bool)
    hole[..., height // 3 : -(-2 * height // 3), width // 3 : -(-2 * width // 3)] = True
    return hole


def trial_hole(facts: Facts, height: int, width: int) -> Tensor | None:
    """A hole in the middle, where the graph takes a mask."""
    return middle(height, width) if facts.mask else None


def seconds_per_pixel(trials: Trials, facts: Facts, guess: Guess) -> float:
    """How long a pixel of the picture takes on this machine's processor.

    Raises:
        NotFinite: where the result has values that are not numbers.
    """
    image = trial_picture(facts.picture.channels, guess.height, guess.width)
    began_s = time.monotonic()
    made = trials.compute(facts, image, trial_hole(facts, guess.height, guess.width))
    took_s = time.monotonic() - began_s
    if not bool(torch.isfinite(made).all()):
        raise NotFinite(trials.graph.name)
    return took_s / (guess.height * guess.width)


def _outputs(trials: Trials, guess: Guess, mask: Plane | None) -> list[Array]:
    image = trial_picture(guess.picture.channels, guess.height, guess.width)
    feeds = {guess.picture.name: to_array(image, guess.picture)}
    if mask:
        feeds[mask.name] = to_array(torch.zeros_like(image[:, :1]), mask)
    try:
        return list(trials.session.run(feeds, trials.job.check, RUN_LIMIT_S))
    except TimedOut:
        raise TooSlow(trials.graph.name, RUN_LIMIT_S) from None
    except MemoryError:
        raise RunFailed(_NO_MEMORY) from None


def _facts(graph: Graph, guess: Guess, mask: Plane | None, outputs: list[Array]) -> Facts | None:
    """Those that the shapes of the outputs show; None where no output is the picture."""
    layouts = sorted(Layout, key=lambda layout: layout is not guess.picture.layout)
    for index, array in enumerate(outputs):
        for layout in layouts:
            plane = Plane(
                graph.outputs[index].name,
                str(array.dtype),
                layout,
                guess.picture.channels,
                values_of(str(array.dtype)),
            )
            image = to_image(array, plane) if plane.numbers in PICTURE_NUMBERS else None
            scale = _scale(image, guess) if image is not None else 0
            if scale:
                fixed = (guess.height, guess.width) if guess.is_fixed else None
                return Facts(guess.picture, plane, index, mask, scale=scale, fixed=fixed)
    return None


def _scale(image: Tensor, guess: Guess) -> int:
    """How many times larger an output is; 0 where it is not the picture."""
    count, channels, height, width = image.shape
    scale = height // guess.height
    sound = (count, channels) == (1, guess.picture.channels) and 1 <= scale <= MOST_SCALE
    return scale if sound and (height, width) == (guess.height * scale, guess.width * scale) else 0
