from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from imagetool.core.geometry import Size
from imagetool.kit.checkpoints import read_checkpoint, write_checkpoint
from imagetool.kit.resampling import resize
from imagetool.plugin import Cancelled, Denoiser, Filter, Inpainter, Params, Upscaler, Weights
from plugins.spandrel.architectures import recognised
from plugins.spandrel.checkpoints import FILE, Checkpoints
from plugins.spandrel.models import MOST_FILLED_PX, CheckpointInpainter
from plugins.spandrel.networks import LUMA, Network
from plugins.spandrel.traits import traits_of
from plugins.spandrel.trials import trial_picture
from tests.fakes.foreign_networks import state_of
from tests.fakes.models import FakeJob

pytestmark = pytest.mark.filterwarnings("ignore:torch.meshgrid")  # a network of spandrel calls it the old way
CPU = torch.device("cpu")
SIZES = [(1, 1), (1, 9), (5, 3), (17, 24), (40, 33)]  # height, width


def loaded(tmp_path: Path, network: str) -> Any:
    path = tmp_path / FILE
    write_checkpoint(state_of(network), path, {})
    described, _ = recognised(read_checkpoint(path))
    model = Checkpoints().model(traits_of(described, path).task)
    model.load(Weights({FILE: path}), CPU)
    return model


@pytest.mark.parametrize("network", ["ESRGAN", "ESRGAN with opacity", "gray ESRGAN", "Compact", "SPAN", "SwinIR"])
def test_enlarging_works_at_every_size(tmp_path: Path, network: str) -> None:
    model = loaded(tmp_path, network)
    assert isinstance(model, Upscaler)
    (scale,) = model.scales
    for height, width in SIZES:
        with torch.inference_mode():
            made = model.run(trial_picture(height, width), scale, Params({}), FakeJob())
        assert made.shape == (1, 3, scale * height, scale * width)
        assert torch.isfinite(made).all()


@pytest.mark.parametrize("network", ["DnCNN", "FDnCNN", "DRUNet", "NAFNet", "ESRGAN 1x"])
def test_filtering_works_at_every_size_and_in_part(tmp_path: Path, network: str) -> None:
    model = loaded(tmp_path, network)
    assert isinstance(model, Filter if network == "ESRGAN 1x" else Denoiser)
    for height, width in SIZES:
        picture = trial_picture(height, width)
        with torch.inference_mode():
            none, half, full = (
                model.run(picture, Params({"strength": strength, "noise_level": 25.0}), FakeJob())
                for strength in (0.0, 0.5, 1.0)
            )
        assert full.shape == picture.shape
        assert torch.equal(none, picture)
        torch.testing.assert_close(half, (picture + full) / 2)


@pytest.mark.parametrize("network", ["FDnCNN", "DRUNet"])
def test_the_noise_level_reaches_the_network(tmp_path: Path, network: str) -> None:
    model = loaded(tmp_path, network)
    picture = trial_picture(16, 16)
    with torch.inference_mode():
        made = [
            model.run(picture, Params({"strength": 1.0, "noise_level": level}), FakeJob()) for level in (5.0, 50.0)
        ]
    assert not torch.equal(*made)


class Gray(nn.Module):
    """Doubles a picture of one channel, or keeps it, brighter by a tenth."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.brighter = nn.Parameter(torch.full((1, 1, 1, 1), 0.1))
        self._scale = scale

    def forward(self, image: Tensor) -> Tensor:
        assert image.shape[1] == 1
        return nn.functional.interpolate(image, scale_factor=self._scale) + self.brighter


class Described(SimpleNamespace):
    """As spandrel describes a network; records the pictures that it is given."""

    def __init__(self, model: nn.Module, scale: int = 1, channels: int = 1) -> None:
        super().__init__(
            model=model.eval(),
            scale=scale,
            input_channels=channels,
            output_channels=channels,
            architecture=SimpleNamespace(id="Fake", name="Fake"),
            size_requirements=SimpleNamespace(minimum=0, multiple_of=1, square=False),
            seen=[],
        )

    def __call__(self, image: Tensor, *more: Tensor) -> Tensor:
        self.seen.append((image, *more))
        made: Tensor = self.model(image, *more)
        return made


def test_a_gray_network_enlarges_the_luma_and_the_chroma_follows() -> None:
    picture = trial_picture(12, 10)
    weights = torch.tensor(LUMA)[:, None, None]
    described = Described(Gray(2), scale=2)
    with torch.no_grad():
        made = Network(described, CPU).enlarged(picture, FakeJob())
    luma = (picture * weights).sum(1, keepdim=True)
    torch.testing.assert_close(described.seen[0][0], luma)
    expected = nn.functional.interpolate(luma, scale_factor=2) + 0.1
    torch.testing.assert_close((made * weights).sum(1, keepdim=True), expected)
    cubic = resize(picture, Size(20, 24))
    torch.testing.assert_close(made - cubic, (made - cubic)[:, :1].expand_as(made))


def test_a_gray_network_that_keeps_the_size_gets_the_channels_one_by_one() -> None:
    picture = trial_picture(6, 7)
    with torch.no_grad():
        made = Network(Described(Gray(1)), CPU).filtered(picture, FakeJob())
    torch.testing.assert_close(made, picture + 0.1)


class Filling(nn.Module):
    """Fills holes with one half."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.full((1, 1, 1, 1), 0.5))

    def forward(self, image: Tensor, hole: Tensor) -> Tensor:
        return image * (1 - hole) + self.value * hole


@pytest.mark.parametrize("size", [(40, 56), (700, 2000), (1, 1)])
def test_holes_are_filled_at_every_size(size: tuple[int, int]) -> None:
    model = CheckpointInpainter()
    described = Described(Filling(), channels=3)
    model._network = Network(described, CPU)
    hole = torch.zeros(1, 1, *size, dtype=torch.bool)
    hole[..., size[0] // 3 : size[0] // 2 + 1, size[1] // 3 : size[1] // 2 + 1] = True
    picture = torch.full((1, 3, *size), 0.2)
    with torch.inference_mode():
        made = model.run(picture, hole, Params({}), FakeJob())
    image, mask = described.seen[0]
    assert max(image.shape) <= MOST_FILLED_PX
    assert mask.shape == (1, 1, *image.shape[-2:])
    assert made.shape == picture.shape
    filled = made[hole.expand_as(made)]
    torch.testing.assert_close(filled, torch.full_like(filled, 0.5), atol=0.05, rtol=0)
    assert isinstance(model, Inpainter)


class Stubborn(FakeJob):
    """Is cancelled at the twentieth question."""

    def check(self) -> None:
        self.asked = getattr(self, "asked", 0) + 1
        self.cancelled = self.asked >= 20
        super().check()


def test_a_job_is_cancelled_in_the_middle_of_the_network(tmp_path: Path) -> None:
    model = loaded(tmp_path, "ESRGAN")
    job = Stubborn()
    with pytest.raises(Cancelled), torch.inference_mode():
        model.run(trial_picture(8, 8), 4, Params({}), job)
    assert job.asked == 20
    with torch.inference_mode():
        model.run(trial_picture(8, 8), 4, Params({}), FakeJob())  # and the next one works


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    model = loaded(tmp_path, "SwinIR")
    with torch.inference_mode():
        made = [model.run(trial_picture(20, 20), 2, Params({}), FakeJob()) for _ in range(2)]
    assert torch.equal(*made)
