"""Keeps loaded models, as many as fit, so that the next job need not load its model again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import chain
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from imagetool.plugin.models import Model
from imagetool.worker.gpu_memory import collect

LEAST_BUDGET_BYTES = 2_000_000_000
"""Of the computer's memory, models may have so much, or a quarter of all."""

_RAM_SHARE, _GPU_SHARE = 4, 2
_DEPTH = 12  # a network is an object in a table in an object
_PLAIN = (str, bytes, int, float, complex, type(None), type, ModuleType)


@dataclass(frozen=True, eq=False, slots=True)
class _Loaded:
    """A model, where it is, and how large."""

    model: Model
    device: torch.device
    size_bytes: int


class ModelCache:
    """Models by whatever tells them apart; where they are too many, those go that were not used for longest.

    The one that is asked for stays, however large it is. `budget` tells how many bytes the models of a device may
    have.
    """

    def __init__(self, budget: Callable[[torch.device], int] | None = None) -> None:
        self._budget = budget or budget_bytes
        self._models: OrderedDict[Hashable, _Loaded] = OrderedDict()

    def get(self, key: Hashable, device: torch.device, least_bytes: int, load: Callable[[], Model]) -> Model:
        """The model of that key, made and loaded by `load` where it is not there.

        `least_bytes` is what it will take at least: the size of its files. Room is made before it is loaded.
        """
        if key not in self._models:
            self._shrink(device, self._budget(device) - least_bytes)
            model = load()
            loaded = _Loaded(model, device, max(least_bytes, held_bytes(model)))
            self._shrink(device, self._budget(device) - loaded.size_bytes)
            self._models[key] = loaded
        self._models.move_to_end(key)
        return self._models[key].model

    def forget(self) -> None:
        """Lets go of all models and gives their memory back."""
        self._models.clear()
        collect()

    def _shrink(self, device: torch.device, room_bytes: int) -> None:
        """Forgets models of a device until the others take no more than that."""
        sizes = {key: loaded.size_bytes for key, loaded in self._models.items() if loaded.device == device}
        taken, before = sum(sizes.values()), len(self._models)
        for key, size_bytes in sizes.items():
            if taken > room_bytes:
                del self._models[key]
                taken -= size_bytes
        if len(self._models) < before:
            collect()


def budget_bytes(device: torch.device, cuda: Any = torch.cuda) -> int:
    """What models may keep of a device's memory: half of a graphics card's, a quarter of the computer's."""
    if device.type == "cuda":
        return int(cuda.get_device_properties(device).total_memory) // _GPU_SHARE
    import psutil

    return max(LEAST_BUDGET_BYTES, int(psutil.virtual_memory().total) // _RAM_SHARE)


def held_bytes(model: object) -> int:
    """What the tensors that can be reached from an object take, each piece of memory counted once."""
    storages = {}
    for part in parts(model):
        if isinstance(part, Tensor) and part.layout is torch.strided:
            storage = part.untyped_storage()
            storages[storage.data_ptr()] = storage.nbytes()
    return sum(storages.values())


def parts(model: object) -> Iterator[object]:
    """An object and all that can be reached through its attributes, lists and tables, each once."""
    seen: set[int] = set()
    level: list[object] = [model]
    for _ in range(_DEPTH):
        level = [part for part in level if not isinstance(part, _PLAIN)]
        fresh = [part for part in {id(part): part for part in level}.values() if id(part) not in seen]
        seen.update(map(id, fresh))
        yield from fresh
        level = list(chain.from_iterable(map(_inside, fresh)))


def _inside(part: object) -> list[object]:
    if isinstance(part, dict):
        return list(part.values())
    if isinstance(part, list | tuple | set | frozenset):
        return list(part)
    return list(getattr(part, "__dict__", {}).values())
