"""Which processor a job runs on."""

from __future__ import annotations

import torch

from imagetool.kit.errors import NoSuchDevice


def choose_device(name: str) -> torch.device:
    """The device called `auto`, `cpu`, `cuda` or `mps`; auto takes the fastest that is there.

    Raises:
        NoSuchDevice: where it is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(candidate for candidate in there if there[candidate])
    if not there.get(name):
        raise NoSuchDevice(name)
    return torch.device(name)
