"""Short vectors whose squared distance stands for the squared distance of patches.

A patch of 7×7 colours has 147 numbers, most of them redundant: the principal components of the picture's own
patches keep nearly all of the energy in a few dozen. Two more numbers say how busy the surface around the
patch is, after Newson et al. 2014, Video Inpainting of Complex Scenes; without them smooth patches win too often.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting.patch_grid import PatchGrid
from plugins.inpainting.pyramid import Level

COMPONENTS = 32
"""Numbers kept of a patch's colours."""

SAMPLED_PATCHES = 8192
"""Patches from which the principal components are computed."""

CHUNK = 8192
"""Patches described at once; their colours then stay in the processor's cache."""

COLOURS = 3
"""The first planes of a level are colours, the others texture."""

TEXTURE_WINDOW_PX = 15
"""Side of the window over which texture is averaged."""


class Descriptors:
    """Describes the patches of one level.

    The squared distance of two descriptors is about the mean squared difference of the patches' colours, plus a
    third of the squared difference of their texture (which is thus weighted like one colour of every pixel), plus
    that of their anchors, where there are any.

    Attributes:
        sources: (S, D) float32, one row for each source patch.
    """

    def __init__(self, grid: PatchGrid, cells: Tensor, anchors: Tensor | None = None) -> None:
        """Learns the principal components and describes all source patches.

        Args:
            grid: Positions of the level.
            cells: (P, C) float32 table of the framed picture.
            anchors: (P, A) float32: what a patch at each place must come close to, whatever the picture becomes.
        """
        self._grid = grid
        self._anchors = cells[:, :0] if anchors is None else anchors
        sample = self._patches(cells[:, :COLOURS], grid.sources[:: max(1, len(grid.sources) // SAMPLED_PATCHES)])
        sample = sample - sample.mean(0)  # (n, patch² · 3)
        components = torch.linalg.eigh(sample.t() @ sample).eigenvectors[:, -COMPONENTS:]
        self._basis = components / sample.shape[1] ** 0.5  # (patch² · 3, components)
        self.sources = self._described(cells, grid.sources)

    def of_targets(self, cells: Tensor) -> Tensor:
        """Describes the target patches of the picture as it is now; (T, D) float32."""
        return self._described(cells, self._grid.targets)

    def _described(self, cells: Tensor, centres: Tensor) -> Tensor:
        """Descriptors (n, D) of the patches at n centres."""
        colours = cells[:, :COLOURS].contiguous()
        chunks = [self._patches(colours, some) @ self._basis for some in torch.split(centres, CHUNK)]
        texture = cells[centres, COLOURS:] / COLOURS**0.5
        return torch.cat([torch.cat(chunks), texture, self._anchors[centres]], 1)

    def _patches(self, colours: Tensor, centres: Tensor) -> Tensor:
        """The colours of whole patches; (n, patch² · 3)."""
        around = (centres[:, None] + self._grid.offsets()).flatten()
        return colours.index_select(0, around).reshape(len(centres), -1)


def with_texture(image: Tensor, hole: Tensor, weight: float) -> Level:
    """Adds two planes of texture to a picture: mean absolute gradients, across and down.

    Args:
        image: (3, H, W) float32 in [0, 1].
        hole: (H, W) bool; gradients that touch it do not count.
        weight: Of the squared difference of texture against that of colour.

    Returns:
        A level with 5 planes; where no gradient is known around, the texture is zero.
    """
    gray, known = image.mean(0), (~hole).float()
    across = functional.pad(known[:, 1:] * known[:, :-1], (0, 1))  # (H, W), 1 where the gradient is known
    down = functional.pad(known[1:] * known[:-1], (0, 0, 0, 1))
    gradients = torch.stack([gray.diff(dim=1, append=gray[:, -1:]), gray.diff(dim=0, append=gray[-1:])]).abs()
    counted = torch.stack([across, down])
    planes = torch.cat([gradients * counted, counted])[None]  # (1, 4, H, W)
    radius = TEXTURE_WINDOW_PX // 2
    columns = functional.avg_pool2d(planes, (TEXTURE_WINDOW_PX, 1), 1, (radius, 0))
    means = functional.avg_pool2d(columns, (1, TEXTURE_WINDOW_PX), 1, (0, radius))[0]
    texture = means[:2] / means[2:].clamp_min(1e-6)  # (2, H, W)
    return Level(torch.cat([image, texture * (COLOURS * weight) ** 0.5]), hole)
