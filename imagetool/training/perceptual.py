"""Says how alike two pictures look, as a whole, by measures that were made to agree with what people see.

HaarPSI (Reisenhofer, Bosse, Kutyniok and Wiegand 2018, A Haar Wavelet-Based Perceptual Similarity Index for Image
Quality Assessment), GMSD (Xue, Zhang, Mou and Bovik 2014, Gradient Magnitude Similarity Deviation) and MS-SSIM
(Wang, Simoncelli and Bovik 2003, Multi-scale Structural Similarity), all of the library piq. None is a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from imagetool.kit.torchvision_operators import complete_torchvision
from imagetool.training.errors import MeasureMissing

Picture: TypeAlias = npt.NDArray[np.uint8]

LEAST_SIDE_PX = 176
"""Smaller pictures are continued by mirroring: MS-SSIM halves a picture four times before it looks at it."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two pictures look.

    Attributes:
        haarpsi: 0 to 1, 1 for the same picture.
        gmsd: From 0, 0 for the same picture.
        ms_ssim: At most 1, 1 for the same picture.
    """

    haarpsi: float
    gmsd: float
    ms_ssim: float


def check_measures() -> None:
    """Asked before a long evaluation.

    Raises:
        MeasureMissing: where piq is not installed.
    """
    complete_torchvision()
    try:
        import piq  # noqa: F401
    except ImportError:
        raise MeasureMissing from None


def likeness(truth: Picture, made: Picture) -> Likeness:
    """Compares two pictures (H, W, 3) uint8 RGB of the same size.

    Raises:
        MeasureMissing: where piq is not installed.
    """
    check_measures()
    import piq

    a, b = _tensor(truth), _tensor(made)
    with torch.inference_mode():
        return Likeness(
            haarpsi=float(piq.haarpsi(a, b, data_range=1.0)),
            gmsd=float(piq.gmsd(a, b, data_range=1.0)),
            ms_ssim=float(piq.multi_scale_ssim(a, b, data_range=1.0)),
        )


def _tensor(picture: Picture) -> Tensor:
    """(1, 3, H, W) from 0 to 1, at least `LEAST_SIDE_PX` long on each side."""
    missing = [max(0, LEAST_SIDE_PX - side) for side in picture.shape[:2]]
    framed = np.pad(picture, ((0, missing[0]), (0, missing[1]), (0, 0)), "symmetric")
    return torch.from_numpy(np.ascontiguousarray(framed)).permute(2, 0, 1)[None].float() / 255
