"""Where patches lie on one level of the pyramid: which may be copied from, and which must be filled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

MARGIN_PX = 8
"""Frame of empty cells around a level, so that a step of up to this many pixels never wraps to another row."""


NEARBY_PX = 24
"""How far from a match or from the hole a source patch may lie to count as near."""


@dataclass(frozen=True)
class PatchGrid:
    """Positions of patches on one level, as flat indices into a framed picture.

    A position is ``(y + MARGIN_PX) * stride + x + MARGIN_PX``. Patches lie wholly inside the picture, and a
    patch is named by the position of its centre.

    Attributes:
        patch: Side of a patch in pixels, odd.
        hole: (H, W) bool, True where to paint.
        stride: Cells in one row of the framed picture.
        sources: (S,) int64, centres of the patches that do not touch the hole, in rising order.
        targets: (T,) int64, centres of the patches that touch the hole, in rising order.
        pixels: (N,) int64, positions of the hole's pixels, in rising order.
        source_row: (P,) int64, index into `sources` of every cell of the framed picture, or -1.
        target_row: (P,) int64, index into `targets` of every cell of the framed picture, or -1.
    """

    patch: int
    hole: Tensor
    stride: int
    sources: Tensor
    targets: Tensor
    pixels: Tensor
    source_row: Tensor
    target_row: Tensor

    @classmethod
    def of(cls, hole: Tensor, patch: int) -> Self:
        """Finds the source and target patches of a hole.

        Args:
            hole: (H, W) bool, True where to paint.
            patch: Side of a patch in pixels, odd.
        """
        radius = patch // 2
        touched = spread(hole, radius)  # (H, W)
        inside = torch.zeros_like(hole)
        inside[radius : hole.shape[0] - radius, radius : hole.shape[1] - radius] = True
        sources = positions(inside & ~touched)
        targets = positions(inside & touched)
        cells = (hole.shape[0] + 2 * MARGIN_PX) * (hole.shape[1] + 2 * MARGIN_PX)
        return cls(
            patch=patch,
            hole=hole,
            stride=hole.shape[1] + 2 * MARGIN_PX,
            sources=sources,
            targets=targets,
            pixels=positions(hole),
            source_row=_rows(sources, cells),
            target_row=_rows(targets, cells),
        )

    def nearby(self, matches: Tensor) -> Self:
        """The same level with only those sources that lie near the hole or near one of the matches (n,) int64.

        Few others are ever wanted once a coarser level has been matched.
        """
        matched = torch.zeros_like(self.source_row, dtype=torch.bool)
        matched[matches] = True
        area = spread(self.unframe(matched[:, None])[0] | self.hole, NEARBY_PX)
        kept = self.sources[self.frame(area[None].float())[self.sources, 0] > 0]
        return replace(self, sources=kept, source_row=_rows(kept, len(self.source_row)))

    def offsets(self) -> Tensor:
        """Steps from a patch's centre to each of its pixels; (patch²,) int64."""
        along = torch.arange(self.patch, device=self.hole.device) - self.patch // 2
        return (along[:, None] * self.stride + along[None, :]).flatten()

    def coordinates(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Rows and columns of flat positions (n,)."""
        return positions // self.stride - MARGIN_PX, positions % self.stride - MARGIN_PX

    def at(self, y: Tensor, x: Tensor) -> Tensor:
        """Flat positions of rows and columns (n,)."""
        return (y + MARGIN_PX) * self.stride + x + MARGIN_PX

    def frame(self, planes: Tensor) -> Tensor:
        """Lays planes (C, H, W) out as a table of cells (P, C), the margin zero."""
        framed = functional.pad(planes, (MARGIN_PX,) * 4)  # (C, H + 2 margin, W + 2 margin)
        return framed.flatten(1).t().contiguous()

    def unframe(self, cells: Tensor) -> Tensor:
        """Turns a table of cells (P, C) back into planes (C, H, W)."""
        height, width = self.hole.shape
        planes = cells.t().reshape(cells.shape[1], height + 2 * MARGIN_PX, self.stride)
        return planes[:, MARGIN_PX : MARGIN_PX + height, MARGIN_PX : MARGIN_PX + width]


def positions(area: Tensor) -> Tensor:
    """Flat positions in the framed picture of the True pixels of an area (H, W) bool; (n,) int64, rising."""
    y, x = area.nonzero(as_tuple=True)
    return (y + MARGIN_PX) * (area.shape[1] + 2 * MARGIN_PX) + x + MARGIN_PX


def spread(area: Tensor, radius_px: int) -> Tensor:
    """Grows an area (H, W) bool by a square of the given radius."""
    return highest_around(area.float(), radius_px) > 0


def highest_around(plane: Tensor, radius_px: int) -> Tensor:
    """The highest value in a square around each pixel of a plane (H, W) float32."""
    if radius_px == 0:
        return plane
    side = 2 * radius_px + 1
    columns = functional.max_pool2d(plane[None, None], (side, 1), 1, (radius_px, 0))
    return functional.max_pool2d(columns, (1, side), 1, (0, radius_px))[0, 0]


def depths(hole: Tensor, limit_px: int) -> Tensor:
    """Chessboard distance of each pixel of a hole to the nearest known pixel.

    Args:
        hole: (H, W) bool.
        limit_px: Distances above this are reported as this.

    Returns:
        (H, W) int64; 0 outside the hole, 1 at its rim. Beyond the border of the picture nothing is known.
    """
    stride = hole.shape[1] + 2
    cells = functional.pad(hole, (1, 1, 1, 1), value=True).flatten()  # a frame that never counts as known
    depth = torch.zeros_like(cells, dtype=torch.int64)
    y, x = hole.nonzero(as_tuple=True)
    rest = (y + 1) * stride + x + 1
    near = torch.arange(-1, 2, device=hole.device)
    steps = (near[:, None] * stride + near).flatten()  # (9,)
    for _ in range(limit_px):
        depth[rest] += 1
        inner = cells[rest[:, None] + steps].all(1)
        cells[rest[~inner]] = False
        rest = rest[inner]
        if rest.numel() == 0:
            break
    return depth.reshape(-1, stride)[1:-1, 1:-1]


def _rows(positions: Tensor, cells: int) -> Tensor:
    """Inverse of a list of positions: which entry names a cell, or -1."""
    rows = torch.full((cells,), -1, dtype=torch.int64, device=positions.device)
    rows[positions] = torch.arange(positions.numel(), device=positions.device)
    return rows
