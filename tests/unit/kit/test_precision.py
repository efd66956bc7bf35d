from __future__ import annotations

import numpy as np
import pytest
import torch

from imagetool.kit.device import has_fast_bfloat16
from imagetool.kit.precision import Precision, choose_precision

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
    assert [str(precision) for precision in Precision] == ["fp32", "bf16"]
