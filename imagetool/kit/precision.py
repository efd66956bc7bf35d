"""In which numbers a model computes."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import Any

import numpy as np
import torch

from imagetool.kit.device import has_fast_bfloat16
from imagetool.kit.errors import NoSuchPrecision


class Precision(StrEnum):
    """A format of floats; the values are the names in manifests and reports."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"

    @property
    def is_full(self) -> bool:
        """Whether a model was made in it, so that nothing is lost."""
        return self is Precision.FP32

    def active(self, device: torch.device) -> contextlib.AbstractContextManager[None]:
        """Within it, what bears the format is computed in it."""
        if self.is_full:
            return contextlib.nullcontext()
        return torch.autocast(device.type, dtype=_FORMATS[self])


_FORMATS = {Precision.BF16: torch.bfloat16, Precision.FP16: torch.float16}


def choose_precision(
    device: torch.device, depth: np.dtype[Any], able: tuple[str, ...], pinned: str = ""
) -> Precision:
    """What a model computes in: what is `pinned`, or else the fastest that it and the picture's depth bear.

    bfloat16 has eight significant bits and float16 eleven: a picture of 16 bit keeps float32.

    Raises:
        NoSuchPrecision: where what is pinned is none that the model is `able` to use; it always is to use float32.
    """
    if pinned:
        if pinned not in (*able, Precision.FP32):
            raise NoSuchPrecision(pinned, (Precision.FP32, *able))
        return Precision(pinned)
    if depth == np.uint8:
        return next((Precision(name) for name in fast_formats(device) if name in able), Precision.FP32)
    return Precision.FP32


def fast_formats(device: torch.device, cuda: Any = torch.cuda) -> tuple[str, ...]:
    """Formats in which a device is faster than in float32, the better one first.

    bfloat16 reaches as far as float32 and so does not overflow. Apple's graphics and older cards have float16
    alone; a processor is slow with it.
    """
    bf16 = (Precision.BF16,) if has_fast_bfloat16(device, cuda) else ()
    return bf16 if device.type == "cpu" else (*bf16, Precision.FP16)
