"""Chooses, place by place, between what the network expects and pieces of the picture.

Where the pieces are strongly textured, the network's mean of all that may be there would be a blur, which is seen
at once: there mostly the pieces are taken. On faint surfaces a part of their texture is enough, and the network's
even course from one side to the other counts for more. Where the two contradict each other in colour, the
network's is a mean of things that exclude each other, and the pieces are taken, too.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

WINDOW_PX = 4.0
"""Sigma of the Gaussian within which the contrast of the pieces is measured."""

FAINT, STRONG = 0.06, 0.16
"""Standard deviations of a colour, of 1, up to which a surface is faint and from which on it is strong."""

ALIKE, OTHER = 0.15, 0.3
"""Differences of a mean colour, of 1, up to which the two agree and from which on they contradict each other."""

BOOST = 2.5
"""A strong surface gets this many times more of the pieces than a faint one."""


GRAIN_PX = 1.0
"""Sigma of the Gaussian above which everything is fine, as grain and noise are."""

EVENEST = 0.1
"""The share of the picture, where it is most even, in which whatever is fine must be grain."""


def textured(likely: Tensor, pieces: Tensor, hole: Tensor, detail: float, kept: Tensor | None = None) -> Tensor:
    """Mixes the network's picture and that of the pieces, so that the grain is that of the surroundings.

    Args:
        likely: (1, 3, H, W), the network's.
        pieces: (1, 3, H, W); both are the same outside the hole.
        hole: (1, 1, H, W) bool, True in the hole, not everywhere.
        detail: The share of the pieces on faint surfaces, 0 to 1; 0 is the network alone, 1 the pieces alone.
        kept: (1, 1, H, W) from 0 to 1: where 1, the network is kept, but for the grain, whatever the pieces are.

    Returns:
        (1, 3, H, W).
    """
    if detail == 0:
        return likely
    strong = ((contrast(pieces) - FAINT) / (STRONG - FAINT)).clamp(0, 1)
    apart = blurred(likely - pieces, WINDOW_PX).abs().amax(dim=1, keepdim=True)
    contradicted = ((apart - ALIKE) / (OTHER - ALIKE)).clamp(0, 1)
    share = torch.maximum(detail * (1 + BOOST * strong), contradicted).clamp(max=1)
    if kept is not None:
        share = share * (1 - kept)
    fine_pieces, fine_likely = fine(pieces), fine(likely)
    there = blurred(fine_pieces.square().mean(dim=1, keepdim=True), WINDOW_PX).sqrt()
    grainy = (grain_level(pieces, hole) / there.clamp_min(1e-6)).clamp(max=1)
    more_grain = (grainy - share).clamp_min(0) * (fine_pieces - fine_likely)
    return likely + share * (pieces - likely) + more_grain


def grain_level(image: Tensor, hole: Tensor) -> Tensor:
    """The standard deviation, of 1, of what is fine in the most even places outside the hole; a scalar."""
    spread = blurred(fine(image).square().mean(dim=1, keepdim=True), WINDOW_PX).sqrt()
    known = spread[~hole].sort().values
    return known[int(EVENEST * (len(known) - 1))]


def fine(image: Tensor) -> Tensor:
    """What a small blur takes out of a picture (1, C, H, W)."""
    return image - blurred(image, GRAIN_PX)


def contrast(image: Tensor) -> Tensor:
    """The standard deviation around each pixel of (1, 3, H, W) of the colour with the highest, (1, 1, H, W)."""
    variance = blurred(image.square(), WINDOW_PX) - blurred(image, WINDOW_PX).square()
    return variance.clamp_min(0).sqrt().amax(dim=1, keepdim=True)


def blurred(planes: Tensor, sigma_px: float) -> Tensor:
    """A Gaussian blur of (1, C, H, W); the border is repeated."""
    radius = max(1, round(3 * sigma_px))
    steps = torch.arange(-radius, radius + 1, device=planes.device, dtype=planes.dtype)
    kernel = torch.exp(-0.5 * (steps / sigma_px).square())
    kernel = (kernel / kernel.sum()).expand(planes.shape[1], 1, -1)  # (C, 1, length)
    across = functional.pad(planes, (radius, radius, 0, 0), mode="replicate")
    across = functional.conv2d(across, kernel[:, :, None], groups=planes.shape[1])
    down = functional.pad(across, (0, 0, radius, radius), mode="replicate")
    return functional.conv2d(down, kernel[..., None], groups=planes.shape[1])
