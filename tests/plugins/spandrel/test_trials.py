from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from imagetool.plugin import Cancelled, Task
from plugins.spandrel.trials import Failed, Findings, tried
from tests.fakes.models import FakeJob


class Described(SimpleNamespace):
    """As spandrel describes a network of three channels."""

    def __init__(
        self, model: nn.Module, *, scale: int = 1, tiling: str = "SUPPORTED", multiple_of: int = 1
    ) -> None:
        model.marker = nn.Parameter(torch.zeros(1, 1, 1, 1))
        super().__init__(
            model=model.eval(),
            scale=scale,
            input_channels=3,
            output_channels=3,
            supports_bfloat16=True,
            architecture=SimpleNamespace(id="Fake", name="Fake"),
            tiling=SimpleNamespace(name=tiling),
            size_requirements=SimpleNamespace(minimum=0, multiple_of=multiple_of, square=False),
        )

    def __call__(self, image: Tensor, *more: Tensor) -> Tensor:
        made: Tensor = self.model(image, *more)
        return made


class Smooth(nn.Module):
    """The mean over a square that reaches so far."""

    def __init__(self, reach_px: int) -> None:
        super().__init__()
        self._pool = nn.AvgPool2d(2 * reach_px + 1, stride=1, padding=reach_px)

    def forward(self, image: Tensor) -> Tensor:
        made: Tensor = self._pool(image)
        return made


class Blocks(nn.Module):
    """Every pixel becomes the mean of its block, as with windows of attention."""

    def __init__(self, side_px: int, *, attends: bool) -> None:
        super().__init__()
        self._side_px = side_px
        if attends:
            self.attention = nn.Softmax(dim=1)

    def forward(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        below, right = -height % self._side_px, -width % self._side_px
        image = nn.functional.pad(image, (0, right, 0, below), mode="replicate")
        means = nn.functional.avg_pool2d(image, self._side_px)
        return nn.functional.interpolate(means, scale_factor=self._side_px)[..., :height, :width]


class Shifted(nn.Module):
    """Subtracts the mean of the whole picture."""

    def forward(self, image: Tensor) -> Tensor:
        return image - image.mean(dim=(-2, -1), keepdim=True)


class Picky(nn.Module):
    """Fails below a size."""

    def __init__(self, least_px: int) -> None:
        super().__init__()
        self._least_px = least_px

    def forward(self, image: Tensor) -> Tensor:
        if min(image.shape[-2:]) < self._least_px:
            raise RuntimeError("too small")
        return image * 1.0


class Rough(nn.Module):
    """Loses digits in bfloat16."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(3, 3, 1)
        nn.init.constant_(self.mix.weight, 40.0)

    def forward(self, image: Tensor) -> Tensor:
        return torch.sin(self.mix(image).float())


class Answer(nn.Module):
    """Gives the same whatever it is asked."""

    def __init__(self, value: Tensor) -> None:
        super().__init__()
        self._value = value

    def forward(self, image: Tensor) -> Tensor:
        return self._value


def found(model: nn.Module, **facts: Any) -> Findings:
    task = Task.UPSCALE if facts.get("scale", 1) > 1 else Task.FILTER
    return tried(Described(model, **facts), task, FakeJob())


@pytest.mark.parametrize(("reach", "overlap"), [(0, 8), (5, 8), (12, 16), (30, 32)])
def test_the_overlap_is_as_far_as_the_network_sees(reach: int, overlap: int) -> None:
    assert found(Smooth(reach)).overlap_px == overlap


@pytest.mark.parametrize("side", [8, 16, 32, 64])
def test_tiles_begin_where_the_blocks_of_attention_do(side: int) -> None:
    findings = found(Blocks(side, attends=True))
    assert findings.multiple_of == side
    assert findings.tile_px % side == 0


class Slow(Blocks):
    """So many operations that nobody waits for the probe."""

    def __init__(self, *, attends: bool) -> None:
        super().__init__(8, attends=attends)
        self._large = torch.zeros(2000, 2000)

    def forward(self, image: Tensor) -> Tensor:
        if min(image.shape[-2:]) == 40:  # at the trial alone
            self._large @ self._large
        return super().forward(image)


def test_where_probing_takes_too_long_tiles_are_of_the_usual_kind() -> None:
    findings = found(Slow(attends=True))
    assert (findings.overlap_px, findings.multiple_of) == (32, 16)
    assert found(Slow(attends=False)).multiple_of == 1
    assert found(Slow(attends=True), multiple_of=12).multiple_of == 12


def test_a_network_that_sees_everything_gets_a_usual_overlap() -> None:
    assert found(Shifted()).overlap_px == 32
    assert found(Blocks(8, attends=False)).multiple_of == 1


@pytest.mark.parametrize(("least", "minimum"), [(1, 1), (5, 8), (16, 16), (33, 48)])
def test_the_least_size_is_found(least: int, minimum: int) -> None:
    assert found(Picky(least)).minimum_px == minimum


def test_a_network_that_fails_is_refused_with_its_own_words() -> None:
    with pytest.raises(Failed, match=r"^fails on a picture of 40×48 pixels \(too small\)$"):
        found(Picky(49))


def test_the_requirements_of_the_architecture_stay() -> None:
    assert found(Smooth(2), multiple_of=12).multiple_of == 12


def test_bfloat16_is_offered_only_where_it_makes_no_difference() -> None:
    assert found(Smooth(2)).precisions == ("fp32", "bf16")
    assert found(Rough()).precisions == ("fp32",)


TILINGS = [("SUPPORTED", False, 768), ("INTERNAL", True, 768), ("DISCOURAGED", False, 1024)]


@pytest.mark.parametrize(("tiling", "whole", "tile"), TILINGS)
def test_what_the_library_says_of_tiles_is_heard(tiling: str, whole: bool, tile: int) -> None:
    findings = found(Smooth(2), tiling=tiling)
    assert (findings.whole, findings.tile_px) == (whole, tile)


WRONG = [
    (torch.zeros(1, 3, 4, 4), "makes a result of shape (1, 3, 4, 4) from a picture of 40×48 pixels"),
    (torch.full((1, 3, 48, 40), torch.nan), "makes values that are no numbers from a picture of 40×48 pixels"),
]


@pytest.mark.parametrize(("value", "said"), WRONG)
def test_a_network_that_does_not_work_is_refused(value: Tensor, said: str) -> None:
    with pytest.raises(Failed) as caught:
        found(Answer(value))
    assert str(caught.value) == said


def test_trials_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        tried(Described(Smooth(2)), Task.FILTER, FakeJob(cancelled=True))
