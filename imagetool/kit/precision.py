"""In which numbers a model computes."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import Any

import numpy as np
import torch

from imagetool.kit.device import has_fast_bfloat16


class Precision(StrEnum):
    """A format of floats; the values are the names in manifests and reports."""

    FP32 = "fp32"
    BF16 = "bf16"

    def active(self, device: torch.device) -> contextlib.AbstractContextManager[None]:
        """Within it, what bears the format is computed in it."""
        if self is Precision.FP32:
            return contextlib.nullcontext()
        return torch.autocast(device.type, dtype=torch.bfloat16)


def choose_precision(device: torch.device, depth: np.dtype[Any], able: tuple[str, ...]) -> Precision:
    """The fastest that a model is able to use and that a picture of that depth bears.

    bfloat16 has eight significant bits: a picture of 16 bit keeps float32.
    """
    if Precision.BF16 in able and depth == np.uint8 and has_fast_bfloat16(device):
        return Precision.BF16
    return Precision.FP32
