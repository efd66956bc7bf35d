"""Makes torchvision importable beside a torch that its compiled part was not built for."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_OPERATORS = ("nms", "qnms")


def complete_torchvision() -> None:
    """Declares two operators that torchvision fails without while it is imported, where they are missing.

    WORKAROUND: spandrel imports torchvision for two small functions (to rotate and to normalise). The wheels of
    torchvision that can be had bring a compiled part for CUDA, which a CPU build of torch cannot load. torchvision
    bears that, but then describes its operators `torchvision::nms` and `torchvision::qnms`, and torch refuses to
    describe what is not there. Here they are declared, without a body; no network of spandrel calls them, and no
    measure of the library piq, which imports torchvision, too. Only what runs one of the two calls this: anywhere
    else a torchvision that fits would find its names taken. Where the compiled part loads, nothing is declared.
    """
    if not _has_operators():
        _load_compiled_part()
    for name in _OPERATORS:
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", _SCHEMA)


def _has_operators() -> bool:
    return all(hasattr(torch.ops.torchvision, name) for name in _OPERATORS)


def _load_compiled_part() -> None:
    """Lets a compiled part that fits declare the operators itself; torchvision loads the same file again later."""
    found = importlib.util.find_spec("torchvision")  # looks for the package, does not import it
    for folder in (found.submodule_search_locations or []) if found else []:
        for library in (*Path(folder).glob("_C*.so"), *Path(folder).glob("_C*.pyd")):
            try:
                torch.ops.load_library(library)  # type: ignore[no-untyped-call]
            except OSError:
                continue
