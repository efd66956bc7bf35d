"""Which devices there are, told to the editor, which does not import torch."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import torch

from imagetool.wire.messages import DeviceRef, Devices

_PROCESSOR, _APPLE = "Processor", "Apple graphics"
_CPU_INFO = Path("/proc/cpuinfo")


def find_devices(cuda: Any = torch.cuda, mps: Any = torch.backends.mps) -> Devices:
    """All that models can run on, the fastest first; the processor is always there and comes last.

    `cuda` and `mps` are what torch calls so, or stand for them. A driver that is there and does not work is as
    good as none.
    """
    found = _graphics_cards(cuda)
    if mps.is_available():
        found.append(DeviceRef("mps", _APPLE, 0))
    return Devices((*found, DeviceRef("cpu", _processor(), 0)))


def _graphics_cards(cuda: Any) -> list[DeviceRef]:
    if not cuda.is_available():
        return []
    try:
        cards = [cuda.get_device_properties(number) for number in range(cuda.device_count())]
    except RuntimeError:  # what torch raises for whatever is wrong with a driver
        return []
    return [DeviceRef(f"cuda:{number}", card.name, card.total_memory) for number, card in enumerate(cards)]


def _processor() -> str:
    """As its maker calls it, where the system tells."""
    try:
        lines = _CPU_INFO.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or _PROCESSOR
