"""Which of several drawn pictures the model itself finds unlikely."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from plugins.autoregressive.pictures import PictureModel


def unusual(pictures: PictureModel, pixels: Tensor, labels: Tensor) -> list[int]:
    """The numbers of those that need more bits than 19 of 20 pictures that the model has never seen.

    Args:
        pictures: Its layout knows what pictures usually need; where it does not, none is unusual.
        pixels: (B, C, H, W) int64.
        labels: (B,) int64, -1 for anything.
    """
    most = pictures.layout.usual[1]
    if not most:
        return []
    bits = pictures.bits(pixels, labels).mean(dim=(1, 2)) / pixels.shape[1]  # (B,)
    return [number for number, value in enumerate(bits.tolist()) if value > most]


def exchanged(pixels: Tensor, which: Sequence[int], others: Tensor) -> Tensor:
    """The same pictures with `others` (len(which), C, H, W) in the places of `which`."""
    changed = pixels.clone()
    changed[list(which)] = others
    return changed
