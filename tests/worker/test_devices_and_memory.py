"""Devices that are not at hand, which errors mean that memory was short, and what is measured of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from imagetool.kit.device import choose_device
from imagetool.kit.errors import NoSuchDevice
from imagetool.wire.messages import DeviceRef
from imagetool.worker import memory
from imagetool.worker.devices import find_devices
from imagetool.worker.exhaustion import exhausted_device
from imagetool.worker.gpu_memory import give_back, gpu_peak_mb, watch_gpu
from imagetool.worker.memory import PeakRss, rss_mb
from imagetool.worker.model_cache import LEAST_BUDGET_BYTES, budget_bytes

CARD = torch.device("cuda", 0)


@dataclass
class FakeCuda:
    """As `torch.cuda`, with cards of 8 GB."""

    cards: int = 2
    broken: bool = False
    done: list[str] = field(default_factory=list)

    def is_available(self) -> bool:
        return self.cards > 0

    def is_initialized(self) -> bool:
        return True

    def device_count(self) -> int:
        return self.cards

    def get_device_properties(self, device: object) -> SimpleNamespace:
        if self.broken:
            raise RuntimeError("CUDA driver initialization failed")
        return SimpleNamespace(name=f"Card {device}", total_memory=8_000_000_000)

    def reset_peak_memory_stats(self, device: torch.device) -> None:
        self.done.append(f"reset {device}")

    def max_memory_reserved(self, device: torch.device) -> int:
        return 250_000_000

    def empty_cache(self) -> None:
        self.done.append("empty")


@dataclass
class FakeMps:
    """As `torch.backends.mps` and `torch.mps` in one."""

    there: bool = True

    def is_available(self) -> bool:
        return self.there

    def driver_allocated_memory(self) -> int:
        return 3_000_000


NO_MPS = FakeMps(there=False)


def ids(cuda: FakeCuda, mps: FakeMps) -> list[str]:
    return [device.id for device in find_devices(cuda, mps).devices]


def test_the_fastest_come_first_and_the_processor_last() -> None:
    assert ids(FakeCuda(2), NO_MPS) == ["cuda:0", "cuda:1", "cpu"]
    assert ids(FakeCuda(0), FakeMps()) == ["mps", "cpu"]
    assert ids(FakeCuda(0), NO_MPS) == ["cpu"]


def test_a_driver_that_does_not_work_is_as_good_as_none() -> None:
    assert ids(FakeCuda(2, broken=True), NO_MPS) == ["cpu"]


def test_a_card_has_a_name_and_memory_of_its_own() -> None:
    card, *_, processor = find_devices(FakeCuda(1), NO_MPS).devices
    assert card == DeviceRef("cuda:0", "Card 0", 8_000_000_000)
    assert processor.name
    assert processor.memory_bytes == 0


@pytest.mark.parametrize(
    ("name", "device"),
    [("auto", "cuda:0"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("cpu", "cpu")],
)
def test_a_card_is_chosen_by_its_number(name: str, device: str) -> None:
    assert str(choose_device(name, FakeCuda(2), NO_MPS)) == device


@pytest.mark.parametrize("name", ["cuda:2", "cuda:", "cuda:-1", "cuda:x", "cpu:0", "mps", "mps:0"])
def test_what_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(NoSuchDevice):
        choose_device(name, FakeCuda(2), NO_MPS)


def test_apples_graphics_are_chosen_where_there_is_no_card() -> None:
    assert str(choose_device("auto", FakeCuda(0), FakeMps())) == "mps"


SHORT: list[tuple[BaseException, str]] = [
    (MemoryError(), "cpu"),
    (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "cpu"),
    (RuntimeError("std::bad_alloc"), "cpu"),
    (torch.OutOfMemoryError("CUDA out of memory."), "cuda"),
    (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), "cuda"),
    (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "cuda"),
    (RuntimeError("shapes do not fit"), ""),
    (ValueError("memory"), ""),
]


@pytest.mark.parametrize(("error", "device"), SHORT, ids=[str(error)[:20] for error, _ in SHORT])
def test_an_error_tells_which_memory_was_short(error: BaseException, device: str) -> None:
    assert exhausted_device(error, "cuda") == device


def test_what_an_error_was_made_of_counts() -> None:
    outer = RuntimeError("the session failed")
    outer.__cause__ = ValueError("inner")
    outer.__cause__.__context__ = MemoryError()
    assert exhausted_device(outer, "cuda") == "cpu"


def test_errors_in_a_circle_end() -> None:
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__cause__, other.__cause__ = other, one
    assert exhausted_device(one, "cpu") == ""


def test_a_cards_peak_begins_anew_for_each_job() -> None:
    cuda = FakeCuda()
    watch_gpu(CARD, cuda)
    assert cuda.done == ["reset cuda:0"]
    assert gpu_peak_mb(CARD, cuda) == 250
    give_back(cuda)
    assert cuda.done[-1] == "empty"


def test_of_other_devices_there_is_what_they_tell() -> None:
    watch_gpu(torch.device("cpu"))
    assert gpu_peak_mb(torch.device("cpu")) == 0
    assert gpu_peak_mb(torch.device("mps"), mps=FakeMps()) == 3


def test_models_may_have_half_of_a_card_and_a_quarter_of_the_ram() -> None:
    assert budget_bytes(CARD, FakeCuda()) == 4_000_000_000
    assert budget_bytes(torch.device("cpu")) >= LEAST_BUDGET_BYTES


def used_for_a_moment(size_mb: int) -> None:
    assert np.ones(size_mb * 1_000_000, np.uint8)[-1] == 1


def test_a_peak_is_that_of_its_time() -> None:
    used_for_a_moment(200)
    with PeakRss() as peak:
        before = rss_mb()
        assert peak.mb < before + 50, "what was before does not count"
        used_for_a_moment(100)
        assert 90 < peak.mb - before < 140


def test_where_the_system_forgets_no_peak_a_thread_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_CLEAR", Path("/nowhere/clear_refs"))
    with PeakRss() as peak:
        before = rss_mb()
        large = np.ones(100_000_000, np.uint8)
        seen = peak.mb
        del large
        assert 90 < seen - before < 140
        assert peak.mb == seen
