from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from imagetool.core.picture import Pixels
from imagetool.kit.device import choose_device
from imagetool.kit.errors import NoSuchDevice
from imagetool.kit.silent_job import SilentJob
from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.plugin.errors import Cancelled
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_survives_the_way_to_floats_and_back(dtype: Any) -> None:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.arange(top + 1, dtype=dtype).reshape(-1, 64, 1)
    tensor = to_tensor(pixels, CPU)
    assert (float(tensor.min()), float(tensor.max())) == (0.0, 1.0)
    np.testing.assert_array_equal(to_pixels(tensor, np.dtype(dtype)), pixels)


def test_cpu_is_always_there_and_auto_takes_something() -> None:
    assert choose_device("cpu").type == "cpu"
    assert choose_device("auto").type in ("cuda", "mps", "cpu")


@pytest.mark.parametrize("name", ["tpu", "", "cuda:99"])
def test_a_device_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(NoSuchDevice) as caught:
        choose_device(name)
    assert str(caught.value) == f"There is no “{name}” device on this computer. Choose auto or cpu."


def test_a_silent_job_passes_on_what_is_not_shown() -> None:
    job = FakeJob()
    silent = SilentJob(job)
    silent.progress(0.5, "half")
    silent.preview(torch.zeros(1, 3, 2, 2))
    silent.log("line")
    assert (job.progressed, job.previews, job.lines) == ([], [], ["line"])
    assert silent.seed == job.seed
    assert silent.generator().initial_seed() == job.generator().initial_seed()


def test_a_silent_job_is_cancelled_like_any_other() -> None:
    silent = SilentJob(FakeJob(cancelled=True))
    for act in (silent.check, lambda: silent.progress(0.1), lambda: silent.preview(torch.zeros(1))):
        with pytest.raises(Cancelled):
            act()
