"""The model `learned`: the network says what is in the hole, pieces of the picture give it texture and grain."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.kit.weights import load_into, read_layout
from imagetool.plugin import CannotRun, Inpainter, Job, Params, Weights
from plugins.inpainting.network import Layout, Network
from plugins.inpainting.structure import Chance, Strokes, structure
from plugins.inpainting.synthesis import FillSettings, NothingToCopyError, fill
from plugins.inpainting.texture import blurred, textured

NETWORK_SHARE = 0.3
"""Share of the progress that belongs to the network where pieces follow."""

GUIDANCE, STROKE_GUIDANCE = 0.15, 1.0
"""How much pieces must have the network's mean colours: where it may choose, and where the user has drawn."""

STROKE_RIM_PX = 6.0
"""Sigma of the Gaussian over which the strokes' colours go over into the pieces."""

LARGEST_PREVIEW_PX = 640
"""Previews are made smaller until no side is longer than this."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The values of the form."""

    source: str
    detail: float
    rounds: int
    variety: float

    @classmethod
    def of(cls, params: Params) -> Wishes:
        """Reads them."""
        rounds = {"draft": 3, "normal": 6, "best": 12}[str(params["quality"])]
        return cls(str(params["texture"]), float(params["detail"]), rounds, float(params["variety"]))


class Learned(Inpainter):
    """Fills holes of any size; see ADR 13."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        network = Network(Layout.read(read_layout(weights.only)))
        load_into(network, weights.only)
        network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network = network.eval()

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """See `Inpainter.run`; `params` are those of plugin.toml."""
        return self._filled(image, hole, None, Wishes.of(params), job)

    def guided(
        self, image: Tensor, hole: Tensor, colours: Tensor, known: Tensor, params: Params, job: Job
    ) -> Tensor:
        """See `Inpainter.guided`."""
        strokes = Strokes(colours, (known & hole).to(image.dtype))
        return self._filled(image, hole, strokes, Wishes.of(params), job)

    def _filled(self, image: Tensor, hole: Tensor, strokes: Strokes | None, wishes: Wishes, job: Job) -> Tensor:
        if bool(hole.all()):
            raise CannotRun(str(NothingToCopyError()))
        share = 1.0 if wishes.source == "network" else NETWORK_SHARE

        def on_size(done: float, picture: Tensor) -> None:
            job.progress(share * done, "laying out")
            job.preview(_preview(picture))

        generator = job.generator()
        mask = hole.to(image.dtype)
        chance = Chance(wishes.variety, generator)
        likely = structure(self._network, image, mask, strokes, chance, on_size)
        if wishes.source == "network":
            return likely

        def on_step(done: float, picture: Tensor) -> None:
            job.progress(share + (1 - share) * done, "matching pieces")
            job.preview(picture)

        settings = FillSettings(rounds=wishes.rounds, guidance=STROKE_GUIDANCE if strokes else GUIDANCE)
        pieces = fill(image, hole, settings, generator, on_step, likely)
        if wishes.source == "pieces":
            return pieces
        kept = (2 * blurred(strokes.known, STROKE_RIM_PX)).clamp(max=1) if strokes else None
        return textured(likely, pieces, hole, wishes.detail, kept)


def _preview(picture: Tensor) -> Tensor:
    """Makes a picture (1, 3, H, W) small enough to be shown often."""
    factor = -(-max(picture.shape[-2:]) // LARGEST_PREVIEW_PX)
    return functional.avg_pool2d(picture, factor, ceil_mode=True) if factor > 1 else picture.clone()
