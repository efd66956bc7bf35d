"""Telling from an error whether memory was what a job lacked, and which."""

from __future__ import annotations

import traceback

import torch

CPU = "cpu"
_CPU_SAYS = ("DefaultCPUAllocator", "std::bad_alloc", "Insufficient memory")
_CARD_SAYS = ("out of memory", "ALLOC_FAILED")
_MOST_CAUSES = 8


def exhausted_device(error: BaseException, device: str) -> str:
    """The kind of device whose memory was not enough, `cpu`, `cuda` or `mps`; empty where it was something else.

    Errors that a library has wrapped are looked into. `device` is the kind of device that the job ran on: without
    a processor in the error's own words, it is that one's memory.
    """
    cause: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if cause is None:
            break
        said = "".join(traceback.format_exception_only(cause))  # does not fail where the error's own text does
        if isinstance(cause, MemoryError) or any(words in said for words in _CPU_SAYS):
            return CPU
        if isinstance(cause, torch.OutOfMemoryError) or any(words in said for words in _CARD_SAYS):
            return device
        cause = cause.__cause__ or cause.__context__
    return ""
