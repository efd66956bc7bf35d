from __future__ import annotations

import numpy as np
import pytest
import torch

from imagetool.kit.device import has_fast_bfloat16
from imagetool.kit.errors import NoSuchPrecision
from imagetool.kit.precision import Precision, choose_precision, fast_formats
from imagetool.plugin.model_entry import PRECISIONS

CPU = torch.device("cpu")
FASTEST = Precision.BF16 if has_fast_bfloat16(CPU) else Precision.FP32

CHOICES = [
    (np.uint8, ("fp32", "bf16"), FASTEST),
    (np.uint8, ("bf16",), FASTEST),
    (np.uint8, ("fp32",), Precision.FP32),
    (np.uint8, (), Precision.FP32),
    (np.uint16, ("fp32", "bf16"), Precision.FP32),
    (np.uint16, ("bf16",), Precision.FP32),
]


@pytest.mark.parametrize(("depth", "able", "chosen"), CHOICES)
def test_the_fastest_that_model_picture_and_device_bear_is_chosen(
    depth: type, able: tuple[str, ...], chosen: Precision
) -> None:
    assert choose_precision(CPU, np.dtype(depth), able) is chosen


@pytest.mark.parametrize(
    ("precision", "dtype"), [(Precision.FP32, torch.float32), (Precision.BF16, torch.bfloat16)]
)
def test_within_it_products_are_computed_in_it(precision: Precision, dtype: torch.dtype) -> None:
    one = torch.ones(2, 2)
    with precision.active(CPU):
        assert (one @ one).dtype == dtype
    assert (one @ one).dtype == torch.float32


def test_its_values_are_the_names_in_manifests() -> None:
    assert tuple(str(precision) for precision in Precision) == PRECISIONS


@pytest.mark.parametrize("pinned", ["fp32", "bf16"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_what_is_pinned_is_used_whatever_the_picture(pinned: str, depth: type) -> None:
    assert choose_precision(CPU, np.dtype(depth), ("fp32", "bf16"), pinned) == pinned


def test_fp32_can_be_pinned_though_no_manifest_names_it() -> None:
    assert choose_precision(CPU, np.dtype(np.uint8), ("bf16",), "fp32") is Precision.FP32


@pytest.mark.parametrize("pinned", ["fp16", "fp8"])
def test_what_the_model_cannot_is_refused(pinned: str) -> None:
    with pytest.raises(NoSuchPrecision) as caught:
        choose_precision(CPU, np.dtype(np.uint8), ("fp32", "bf16"), pinned)
    assert str(caught.value) == f"The model cannot compute in “{pinned}”. Choose fp32 or bf16."


class Card:
    """As `torch.cuda`, for one card of that generation."""

    def __init__(self, generation: int) -> None:
        self._generation = generation

    def get_device_capability(self, device: torch.device) -> tuple[int, int]:
        return self._generation, 0


FORMATS = [("cuda", 9, ("bf16", "fp16")), ("cuda", 7, ("fp16",)), ("mps", 0, ("fp16",))]


@pytest.mark.parametrize(("kind", "generation", "formats"), FORMATS)
def test_graphics_cards_are_fast_with_half_floats(kind: str, generation: int, formats: tuple[str, ...]) -> None:
    assert fast_formats(torch.device(kind), Card(generation)) == formats


def test_a_processor_is_not_given_half_floats() -> None:
    assert choose_precision(CPU, np.dtype(np.uint8), ("fp32", "fp16")) is Precision.FP32
