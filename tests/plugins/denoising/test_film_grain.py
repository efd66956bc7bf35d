from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.kit.luminance import luma
from imagetool.plugin import CannotRun, Params
from plugins.denoising.film_grain import LEVELS, Grain
from plugins.denoising.regrainer import LOOKED_AT_PX, Regrainer
from tests.fakes.models import FakeJob
from tests.fakes.pictures import written

LUMA_OF_WHITE = (0.299**2 + 0.587**2 + 0.114**2) ** 0.5
"""How strong the light's part is of noise that differs between the colours."""
MODEL = next(model for model in Catalog.scan(Places.find()).models if model.entry.entry.endswith(":Regrainer"))


def ramp(side: int = 512) -> Tensor:
    """From dark to light, so that every brightness is there."""
    tone = torch.linspace(0.05, 0.95, side)
    return tone[:, None].expand(1, 3, side, side).contiguous()


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def grained(grain: Grain, seed: int = 1, amount: float = 1.0) -> Tensor:
    """What the grain adds to the ramp."""
    return grain.added_to(ramp(), amount, rng(seed)) - ramp()


@pytest.mark.parametrize("size_px", [1.0, 2.0, 3.5])
@pytest.mark.parametrize(("strength_255", "colour"), [(4.0, 0.0), (12.0, 0.3)])
def test_grain_that_is_made_is_measured_again(strength_255: float, size_px: float, colour: float) -> None:
    made = Grain.plain(strength_255 / 255, size_px, colour)
    measured = Grain.measured(ramp() + grained(made))
    assert measured is not None
    assert measured.strength_255 == pytest.approx(made.strength_255, rel=0.09)
    assert measured.size_px == pytest.approx(size_px, rel=0.09)
    assert measured.colour == pytest.approx(colour, abs=0.02)
    torch.testing.assert_close(measured.strength[2:-2], made.strength[2:-2], rtol=0.1, atol=0)


def test_grain_made_from_a_measure_is_measured_alike() -> None:
    first = Grain.measured(ramp() + grained(Grain.plain(8 / 255, 2.5, 0.2)))
    assert first is not None
    again = Grain.measured(ramp() + grained(first, seed=9))
    assert again is not None
    assert again.strength_255 == pytest.approx(first.strength_255, rel=0.05)
    assert again.size_px == pytest.approx(first.size_px, rel=0.05)


def test_grain_is_strongest_in_the_middle_tones_and_as_strong_as_said() -> None:
    made = grained(Grain.plain(10 / 255, 1.0, 0.0))
    rows = luma(made)[0, 0].std(dim=1) * 255
    middle, dark = float(rows[236:276].mean()), float(rows[:20].mean())
    assert middle == pytest.approx(10, rel=0.05)
    assert dark < 0.65 * middle


def test_the_colours_grain_leaves_the_light_as_it_is() -> None:
    gray, coloured = (grained(Grain.plain(10 / 255, 1.0, colour)) for colour in (0.0, 0.5))
    torch.testing.assert_close(luma(gray), luma(coloured), rtol=0, atol=1e-5)
    assert float((gray - luma(gray)).abs().max()) < 1e-6
    assert float((coloured - luma(coloured)).std()) * 255 > 2


def test_twice_the_amount_is_twice_the_grain_and_none_is_none() -> None:
    grain = Grain.plain(10 / 255, 1.5, 0.2)
    torch.testing.assert_close(grained(grain, amount=2.0), 2 * grained(grain), rtol=0, atol=1e-5)
    assert float(grained(grain, amount=0.0).abs().max()) < 1e-6


def test_detail_of_the_picture_is_not_taken_for_grain() -> None:
    """A third of the picture is strongly striped."""
    picture = ramp() + grained(Grain.plain(5 / 255, 1.0, 0.0))
    picture[..., 100:270] += 0.1 * torch.sin(torch.arange(170.0))
    measured = Grain.measured(picture)
    assert measured is not None
    assert measured.strength_255 == pytest.approx(5, rel=0.1)
    assert measured.size_px == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("picture", [ramp(64), ramp()], ids=["too small", "no grain"])
def test_where_no_grain_can_be_measured_nothing_is_said(picture: Tensor) -> None:
    assert Grain.measured(picture) is None


def test_brightnesses_that_were_not_seen_are_as_the_nearest_one() -> None:
    clean = torch.full((1, 3, 256, 256), 0.5)
    measured = Grain.measured(clean + torch.randn(clean.shape, generator=rng(1)) * 0.02)
    assert measured is not None
    assert len(measured.strength) == LEVELS
    assert float(measured.strength.std()) < 1e-3


@pytest.fixture
def regrainer() -> Regrainer:
    return Regrainer()


def run(regrainer: Regrainer, image: Tensor, **given: object) -> tuple[Tensor, FakeJob]:
    job = FakeJob()
    params = Params.checked(MODEL.entry.parameters, given)
    with torch.inference_mode():
        return regrainer.run(image, params, job), job


def test_the_model_adds_what_the_form_says_and_tells_it(regrainer: Regrainer) -> None:
    made, job = run(regrainer, ramp(128), strength=12.0, size=2.0)
    assert job.figures["grain strength"] == pytest.approx(12, rel=0.05)
    assert job.figures["grain size"] == pytest.approx(2, rel=0.05)
    assert 4 < float((made - ramp(128)).std()) * 255 < 13


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (33, 17)], ids=str)
def test_any_size_and_always_alike(regrainer: Regrainer, size: tuple[int, int]) -> None:
    image = torch.full((1, 3, *size), 0.5)
    (first, _), (again, _) = run(regrainer, image), run(regrainer, image)
    assert first.shape == image.shape
    assert torch.equal(first, again)


def scan(path: Path, grain: Grain) -> Path:
    noisy = grain.added_to(ramp(), 1.0, rng(4)).clamp(0, 1)
    return written(path, np.rint(noisy[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8))


def test_the_grain_of_another_picture_is_put_on(regrainer: Regrainer, tmp_path: Path) -> None:
    like = scan(tmp_path / "scan.png", Grain.plain(12 / 255, 1.3, 0.1))
    made, job = run(regrainer, ramp(), like=str(like))
    assert job.figures["grain strength"] == pytest.approx(12, rel=0.15)
    assert job.figures["grain size"] == pytest.approx(1.3, rel=0.2)
    middle = (made - ramp())[..., 200:300, :]
    assert float(luma(middle).std()) * 255 == pytest.approx(11.5, rel=0.2)


def test_a_picture_without_plain_areas_is_refused_in_a_sentence(regrainer: Regrainer, tmp_path: Path) -> None:
    small = written(tmp_path / "small.png", np.full((40, 40, 3), 128, np.uint8))
    with pytest.raises(CannotRun, match=r"^In that picture no grain can be measured\. Choose one that has grain"):
        run(regrainer, ramp(64), like=str(small))


def test_of_a_large_picture_the_middle_is_measured(regrainer: Regrainer, tmp_path: Path) -> None:
    side = LOOKED_AT_PX + 200
    pixels = np.full((side, side, 3), 128, np.uint8)
    noise = np.random.default_rng(1).normal(0, 6, (LOOKED_AT_PX, LOOKED_AT_PX, 3))
    pixels[100:-100, 100:-100] = (128 + noise).clip(0, 255).astype(np.uint8)
    _, job = run(regrainer, ramp(64), like=str(written(tmp_path / "large.png", pixels)))
    assert job.figures["grain strength"] == pytest.approx(6 * LUMA_OF_WHITE, rel=0.15)
