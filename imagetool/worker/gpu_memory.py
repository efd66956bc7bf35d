"""How much of a graphics card's memory a job uses at most, and giving back what nobody needs, there and here."""

from __future__ import annotations

import gc
from typing import Any

import torch

from imagetool.worker import memory


def watch_gpu(device: torch.device, cuda: Any = torch.cuda) -> None:
    """From now on, the peak of a graphics card's memory is that of what comes."""
    if device.type == "cuda":
        cuda.reset_peak_memory_stats(device)


def gpu_peak_mb(device: torch.device, cuda: Any = torch.cuda, mps: Any = torch.mps) -> float:
    """What torch has taken of that device's own memory, at most since `watch_gpu`, in 10**6 bytes.

    For Apple's graphics it is what torch holds now, since that shrinks only in `give_back`; 0 for the processor.
    """
    if device.type == "cuda":
        return float(cuda.max_memory_reserved(device)) / 1e6
    return float(mps.driver_allocated_memory()) / 1e6 if device.type == "mps" else 0.0


def give_back(cuda: Any = torch.cuda, mps: Any = torch.mps) -> None:
    """Returns what torch and the C library keep for the next tensor to the system."""
    if cuda.is_available() and cuda.is_initialized():
        cuda.empty_cache()
    if torch.backends.mps.is_available():
        mps.empty_cache()
    memory.give_back()


def collect() -> None:
    """Ends what holds on to itself in circles, as networks do, and gives its memory back."""
    gc.collect()
    give_back()
