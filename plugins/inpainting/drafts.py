"""What a hole is filled with before the network has said anything: its surroundings, averaged at growing sizes.

The pull-push method of Gortler et al. 1996, The Lumigraph: each size takes the mean of what is known in squares of
the size above, and where nothing is known, what the size below has found.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SETTLED = 1e-6
"""A pixel with less weight than this is not known at all."""


def halved(image: Tensor, hole: Tensor) -> tuple[Tensor, Tensor]:
    """Half the size: the mean of the known pixels of each square; squares without any stay holes.

    Args:
        image: (B, C, H, W) float32.
        hole: (B, 1, H, W) float32, 1 in the holes, else 0.

    Returns:
        Both at (ceil(H / 2), ceil(W / 2)); the image is 0 in the holes. A square at the edge may be a part of one.
    """
    known = 1 - hole
    share = functional.avg_pool2d(known, 2, ceil_mode=True)
    mean = functional.avg_pool2d(image * known, 2, ceil_mode=True) / share.clamp_min(SETTLED)
    empty = (share < SETTLED).to(hole.dtype)
    return mean * (1 - empty), empty


def doubled(image: Tensor, height: int, width: int) -> Tensor:
    """Twice as large, smoothly, and cut to a size (H, W) whose half was `image`'s."""
    return functional.interpolate(image, scale_factor=2.0, mode="bilinear")[..., :height, :width]


def smooth_draft(image: Tensor, hole: Tensor) -> Tensor:
    """Fills the holes with the colours around them, the more blurred the deeper in the hole.

    Args:
        image: (B, C, H, W) float32; what lies in the holes is ignored.
        hole: (B, 1, H, W) float32, 1 in the holes, else 0.

    Returns:
        (B, C, H, W), outside the holes as it was. Where nothing is known, 0.
    """
    if not bool(hole.any()) or max(hole.shape[-2:]) == 1:
        return image * (1 - hole)
    coarse = smooth_draft(*halved(image, hole))
    return torch.where(hole > 0, doubled(coarse, *hole.shape[-2:]), image)
