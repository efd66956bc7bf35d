"""What JPEG does to pictures, in tensors: quantised cosine coefficients and halved colour.

ITU-T T.81 (1992) with its example tables (Annex K) and JFIF's colours; the tables are scaled by a quality from
1 to 100 as the library of the Independent JPEG Group does. Entropy coding loses nothing and is left out.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

BLOCK_PX = 8

_LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
_TO_YCBCR = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def jpeg(image: Tensor, quality: Tensor, *, halved_colour: bool) -> Tensor:
    """Compresses and decompresses pictures.

    Args:
        image: (B, 3, H, W) float32 RGB in [0, 1]; H and W multiples of 16.
        quality: (B,) from 1 to 100.
        halved_colour: Whether colour is kept at half the resolution (4:2:0) or all of it (4:4:4).

    Returns:
        (B, 3, H, W) float32, in steps of 1/255.
    """
    eight = (image * 255).round()
    planes = torch.einsum("ij,bjhw->bihw", _matrix().to(image), eight).round()  # (B, 3, H, W), colour around 0
    luma, colour = planes[:, :1] - 128, planes[:, 1:]
    luma = _quantised(luma, _table(_LUMA, quality).to(image)) + 128
    if halved_colour:
        colour = functional.avg_pool2d(colour, 2).round()
    colour = _quantised(colour, _table(_CHROMA, quality).to(image))
    if halved_colour:
        colour = functional.interpolate(colour, scale_factor=2, mode="bilinear")
    planes = torch.cat([luma, colour], dim=1).round()
    decoded = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(_matrix()).to(image), planes)
    return decoded.round().clamp(0, 255) / 255


def _quantised(planes: Tensor, steps: Tensor) -> Tensor:
    """Planes (B, C, H, W) with their cosine coefficients in multiples of `steps` (B, 8, 8)."""
    batch, channels, height, width = planes.shape
    blocks = planes.reshape(batch, channels, height // 8, 8, width // 8, 8).transpose(3, 4)  # (B, C, h, w, 8, 8)
    basis = _basis().to(planes)
    steps = steps[:, None, None, None]  # (B, 1, 1, 1, 8, 8)
    coefficients = (basis @ blocks @ basis.T / steps).round() * steps
    restored = basis.T @ coefficients @ basis
    return restored.transpose(3, 4).reshape(batch, channels, height, width)


def _table(table: tuple[tuple[int, ...], ...], quality: Tensor) -> Tensor:
    """Quantisation steps (B, 8, 8)."""
    quality = quality.clamp(1, 100)[:, None, None]
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    base = torch.tensor(table, dtype=quality.dtype, device=quality.device)
    return ((base * percent + 50) / 100).floor().clamp(1, 255)


@lru_cache(maxsize=1)
def _basis() -> Tensor:
    """The orthonormal cosine transform of 8 values, (frequency, position)."""
    position, frequency = torch.arange(8.0)[None, :], torch.arange(8.0)[:, None]
    basis = torch.cos(math.pi * (2 * position + 1) * frequency / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis


@lru_cache(maxsize=1)
def _matrix() -> Tensor:
    return torch.tensor(_TO_YCBCR)
