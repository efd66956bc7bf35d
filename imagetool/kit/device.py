"""Which processor a job runs on."""

from __future__ import annotations

from typing import Any

import torch

from imagetool.kit.errors import NoSuchDevice


def choose_device(name: str, cuda: Any = torch.cuda, mps: Any = torch.backends.mps) -> torch.device:
    """The device called `auto`, `cpu`, `mps`, `cuda` or `cuda:1`; auto takes the fastest kind that is there.

    Raises:
        NoSuchDevice: where it is not there.
    """
    kinds = {"cuda": cuda.is_available(), "mps": mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind in kinds if kinds[kind])
    kind, _, number = name.partition(":")
    if not kinds.get(kind) or name.endswith(":") or (number and not _is_card(kind, number, cuda)):
        raise NoSuchDevice(name)
    return torch.device(kind, int(number or 0)) if kind == "cuda" else torch.device(kind)


def _is_card(kind: str, number: str, cuda: Any) -> bool:
    return kind == "cuda" and number.isdecimal() and int(number) < cuda.device_count()


def has_fast_bfloat16(device: torch.device, cuda: Any = torch.cuda) -> bool:
    """Whether the processor multiplies bfloat16 faster than float32, in hardware."""
    if device.type == "cuda":
        return bool(cuda.get_device_capability(device) >= (8, 0))
    if device.type == "cpu":
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001 - no public way
    return False
