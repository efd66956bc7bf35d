"""Random crops, turned and mirrored, of photos that lie in the memory of a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from imagetool.training.photos import Photo


@dataclass(frozen=True, slots=True)
class Places:
    """Where to cut B crops: index of the photo, top and left corner, and one of the eight turns; each (B,) int64.

    Corners count in cells: `crops` multiplies them, so that one set of places fits photos of several scales.
    """

    photo: Tensor
    top: Tensor
    left: Tensor
    turn: Tensor


class PhotoPool:
    """Photos on a device, as one long row of pixels."""

    def __init__(self, photos: Sequence[Photo], device: torch.device) -> None:
        """Takes (H, W, 3) uint8 photos and copies them to `device`."""
        self._heights = torch.tensor([photo.shape[0] for photo in photos])
        self._widths = torch.tensor([photo.shape[1] for photo in photos])
        areas = self._heights * self._widths
        self._starts = torch.cumsum(areas, 0) - areas
        flat = np.concatenate([photo.reshape(-1, 3) for photo in photos])
        self._pixels = torch.from_numpy(flat).to(device)  # (pixels, 3) uint8
        self._device = device

    def __len__(self) -> int:
        return len(self._heights)

    def draw(self, count: int, side: int, rng: torch.Generator) -> Places:
        """Draws places for crops of `side` cells; larger photos are drawn more often, in proportion to their area.

        Every photo must be at least `side` high and wide.
        """
        weights = (self._heights * self._widths).double()
        photo = torch.multinomial(weights, count, replacement=True, generator=rng)
        room = torch.stack([self._heights[photo], self._widths[photo]]) - side + 1  # (2, B)
        corner = (torch.rand(2, count, generator=rng, dtype=torch.float64) * room).long()
        turn = torch.randint(8, (count,), generator=rng)
        return Places(photo, corner[0], corner[1], turn)

    def crops(self, places: Places, side: int, cell: int = 1) -> Tensor:
        """Cuts.

        Args:
            places: B of them, as drawn here or by the pool of the same photos made smaller by `cell`.
            side: Height and width of a crop in pixels, a multiple of `cell`.
            cell: Pixels of this pool for one of the places' cells.

        Returns:
            (B, 3, side, side) uint8.
        """
        widths = self._widths[places.photo]
        start = self._starts[places.photo] + (places.top * widths + places.left) * cell
        start, width, turn = (part.to(self._device)[:, None, None] for part in (start, widths, places.turn))
        along = torch.arange(side, device=self._device)
        row, column = along[None, :, None], along[None, None, :]
        row = torch.where(turn // 2 % 2 == 1, side - 1 - row, row)  # (B, side, 1)
        column = torch.where(turn % 2 == 1, side - 1 - column, column)  # (B, 1, side)
        straight = row * width + column
        transposed = row.transpose(1, 2) * width + column.transpose(1, 2)
        index = start + torch.where(turn // 4 == 1, transposed, straight)  # (B, side, side)
        return self._pixels[index].permute(0, 3, 1, 2)
