"""Which models stay loaded."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from torch import nn

from imagetool.plugin.models import Model
from imagetool.worker.model_cache import ModelCache, held_bytes

CPU, CARD = torch.device("cpu"), torch.device("cuda", 0)
BUDGET = 10_000


class Sized(Model):
    """A network of so many bytes, as deep inside as a diffusion pipeline's; it holds on to itself."""

    def __init__(self, size_bytes: int) -> None:
        network = nn.Linear(size_bytes // 4, 1, bias=False)
        self.pipeline = {"stages": [nn.Sequential(network)]}
        self.again = network.weight
        self.me = self


class Loader:
    """Loads into a cache, and remembers what it loaded."""

    def __init__(self) -> None:
        self.cache = ModelCache(lambda device: BUDGET)
        self.loaded: list[str] = []

    def get(self, name: str, size_bytes: int = 4000, device: torch.device = CPU, least_bytes: int = 0) -> Model:
        def load() -> Model:
            self.loaded.append(name)
            return Sized(size_bytes)

        return self.cache.get(name, device, least_bytes, load)


@pytest.fixture
def loader() -> Loader:
    return Loader()


def test_what_fits_is_loaded_once(loader: Loader) -> None:
    assert loader.get("a") is loader.get("a")
    loader.get("b")
    loader.get("a")
    assert loader.loaded == ["a", "b"]


def test_the_one_that_was_not_used_for_longest_goes(loader: Loader) -> None:
    for name in "abac":
        loader.get(name)
    loader.get("a")
    assert loader.loaded == ["a", "b", "c"], "a was used after b"
    loader.get("b")
    assert loader.loaded == ["a", "b", "c", "b"]


def test_one_that_is_too_large_stays_until_the_next(loader: Loader) -> None:
    loader.get("a")
    large = loader.get("large", 40_000)
    assert loader.get("large") is large
    loader.get("a")
    assert loader.loaded == ["a", "large", "a"]


def test_room_is_made_before_it_is_needed(loader: Loader) -> None:
    first = weakref.ref(loader.get("a"))
    gone: list[bool] = []

    def load() -> Model:
        gone.append(first() is None)
        return Sized(4)

    loader.cache.get("b", CPU, 8000, load)
    assert gone == [True]


def test_each_device_has_its_own_budget(loader: Loader) -> None:
    for name, device in (("a", CPU), ("b", CPU), ("c", CARD), ("d", CARD)):
        loader.get(name, device=device)
    for name in "abcd":
        loader.get(name)
    assert loader.loaded == list("abcd")


def test_files_count_where_no_tensor_is_found(loader: Loader) -> None:
    loader.get("session", 4, least_bytes=8000)
    loader.get("a")
    loader.get("session")
    assert loader.loaded == ["session", "a", "session"]


def test_what_is_forgotten_is_gone(loader: Loader) -> None:
    model = weakref.ref(loader.get("a"))
    loader.cache.forget()
    assert model() is None
    loader.get("a")
    assert loader.loaded == ["a", "a"]


def test_a_model_that_fails_to_load_is_not_kept(loader: Loader) -> None:
    def fails() -> Model:
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            loader.cache.get("a", CPU, 0, fails)
    loader.get("a")
    assert loader.loaded == ["a"]


def test_shared_memory_is_counted_once() -> None:
    assert held_bytes(Sized(4000)) == 4000
    gc.collect()


def test_modules_and_classes_are_not_looked_into() -> None:
    model = Model()
    model.library, model.kind = torch, nn.Linear  # type: ignore[attr-defined]
    assert held_bytes(model) == 0
