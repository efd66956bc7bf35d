"""Models that make plain pictures, and say that noise is unlikely."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.plugin import Generator, Job, Params, Scorer


class Plain(Generator):
    """Opaque pictures of one gray, its number in a batch added to the seed, in steps of 1/255."""

    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """One gray for each picture."""
        gray = (torch.arange(count) + job.seed) / 255
        return gray[:, None, None, None].expand(count, 3, size.height, size.width)


class Bits(Scorer):
    """What a pixel costs is how far it is from its left neighbour."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Ten times the mean difference of values to the left."""
        bits = 0.5 + 10 * (image - image.roll(1, dims=-1)).abs().mean(dim=1, keepdim=True)
        job.figure("bits_per_dim", float(bits.mean()))
        job.figure("bits_per_dim_ratio", -float(bits.mean()))
        return bits
