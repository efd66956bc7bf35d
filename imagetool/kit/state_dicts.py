"""Finds the weights in what people save around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from torch import Tensor

WRAPPERS = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every name."""

Value = TypeVar("Value")

_PREFERRED = (
    "params_ema",
    "params-ema",
    "ema_state_dict",
    "state_dict_ema",
    "model_ema",
    "g_ema",
    "ema",
    "shadow",
    "params",
    "model_state_dict",
    "state_dict",
    "generator",
    "netG",
    "net_g",
    "G",
    "model",
    "net",
    "network",
    "module",
    "weights",
)
_OTHERS = ("optim", "sched", "disc", "netd", "net_d", "loss", "scaler", "callbacks", "loops", "amp")
_DEEPEST = 6
_MARKS = ("pro",)  # Real-CUGAN says with a name alone which kind of network it is


def weights_in(saved: object) -> dict[str, Any] | None:
    """The flat table of weights in a saved object: averaged ones (EMA) where there are any, never an optimiser's.

    Its values are tensors; wrappers before all of its names are taken off. None where there is no such table.
    """
    found = _found(saved, _DEEPEST)
    while found and (bare := without_prefix(found, WRAPPERS)):
        found = bare
    return found


def without_prefix(state: Mapping[str, Value], prefixes: tuple[str, ...]) -> dict[str, Value] | None:
    """The same table without the first of the prefixes that all names share; None where they share none."""
    for prefix in prefixes:
        if state and all(name.startswith(prefix) for name in state):
            return {name.removeprefix(prefix): value for name, value in state.items()}
    return None


def _found(saved: object, depth: int) -> dict[str, Any] | None:
    if not isinstance(saved, Mapping) or depth == 0:
        return None
    tables = dict(_tables(saved))
    for name in _PREFERRED:
        if name in tables and (found := _found(tables[name], depth - 1)):
            return found
    own = {name: value for name, value in saved.items() if isinstance(name, str) and isinstance(value, Tensor)}
    if len(own) > 1 or not tables:
        marks = {name: Tensor() for name in _MARKS if name in saved and name not in own}
        return own | marks if own else None
    within = [found for found in (_found(table, depth - 1) for table in tables.values()) if found]
    return max(within, key=len) if within else own or None


def _tables(saved: Mapping[Any, Any]) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    for name, value in saved.items():
        if isinstance(name, str) and isinstance(value, Mapping) and not name.lower().startswith(_OTHERS):
            yield name, value
