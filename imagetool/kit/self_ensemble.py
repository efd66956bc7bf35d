"""The mean of what a network makes of a picture in its eight positions.

Timofte et al. 2016, Seven Ways to Improve Example-Based Single Image Super Resolution.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from imagetool.plugin.job import Job

POSITIONS = 8
"""Four turns, each as it is and mirrored."""


def mean_over_positions(image: Tensor, run: Callable[[Tensor], Tensor], job: Job) -> Tensor:
    """Runs a network on the picture (…, H, W) in each position and turns the results back.

    Where the network looks at blocks of pixels, the sides should be multiples of the block's.
    """
    total: Tensor | None = None
    for number in range(POSITIONS):
        job.progress(number / POSITIONS)
        made = _turned_back(run(_turned(image, number)), number)
        total = made if total is None else total + made
    assert total is not None  # noqa: S101 - eight is more than none
    return total / POSITIONS


def _turned(image: Tensor, number: int) -> Tensor:
    turned = torch.rot90(image, number % 4, (-2, -1))
    return turned.flip(-1) if number >= 4 else turned


def _turned_back(image: Tensor, number: int) -> Tensor:
    straight = image.flip(-1) if number >= 4 else image
    return torch.rot90(straight, -(number % 4), (-2, -1))
