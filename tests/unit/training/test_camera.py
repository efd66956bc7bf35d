from __future__ import annotations

import pytest
import torch
from torch import Tensor

from imagetool.kit.luminance import luma
from imagetool.training.camera import SHOT, Camera, with_camera_noise
from imagetool.training.objective import Randomness

CPU = torch.device("cpu")


def randomness(seed: int) -> Randomness:
    return Randomness(seed, 0, 0, CPU)


def photos(count: int = 6, side: int = 64) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(1))


def flat(level: float, count: int = 16, side: int = 64) -> Tensor:
    return torch.full((count, 3, side, side), level)


def with_shot(shot: float, read: float, count: int = 4) -> Camera:
    """Cameras alike in all but their noise, which look at the mosaic plainly."""
    camera = Camera.random(count, randomness(3))
    each = torch.ones(count, 1, 1, 1)
    return Camera(camera.to_sensor, camera.gains, shot * each, read * each, 0 * each)


def test_what_a_sensor_saw_develops_into_the_photo() -> None:
    camera, seen = Camera.random(6, randomness(1)), photos()
    torch.testing.assert_close(camera.developed(camera.sensed(seen)), seen, rtol=0, atol=2e-5)


def test_colours_of_a_sensor_are_mixed_and_white_stays_white() -> None:
    camera = Camera.random(6, randomness(1))
    torch.testing.assert_close(camera.to_sensor.sum(dim=2), torch.ones(6, 3))
    assert float(camera.to_sensor.diagonal(dim1=1, dim2=2).max()) < 1
    assert SHOT[0] <= float(camera.shot.min()) <= float(camera.shot.max()) <= SHOT[1]


def test_the_variance_of_the_noise_is_that_of_the_light_and_of_the_dark() -> None:
    """On green, which half of the sensor measures, and red, which a quarter does, where they are measured."""
    camera, rng = with_shot(4e-3, 1e-4), torch.Generator().manual_seed(2)
    light = torch.full((4, 3, 256, 256), 0.25)
    noise = camera.noise(light, rng)
    expected = (1e-4 + 4e-3 * 0.25) ** 0.5
    red, green, blue = noise[:, 0, ::2, ::2], noise[:, 1, ::2, 1::2], noise[:, 2, 1::2, 1::2]
    for measured in (red, green, blue):
        assert float(measured.std()) == pytest.approx(expected, rel=0.03)
        assert abs(float(measured.mean())) < 0.05 * expected


def test_between_measured_places_the_noise_is_interpolated() -> None:
    camera = with_shot(4e-3, 1e-4)
    noise = camera.noise(torch.full((4, 3, 64, 64), 0.25), torch.Generator().manual_seed(2))
    red = noise[:, 0]
    between = (red[:, 2:-2:2, 2:-2:2] + red[:, 2:-2:2, 4::2]) / 2
    torch.testing.assert_close(red[:, 2:-2:2, 3:-1:2], between, rtol=0, atol=1e-6)


def test_what_green_tells_of_red_makes_their_noise_alike() -> None:
    plain = with_shot(4e-3, 1e-4)
    guided = Camera(plain.to_sensor, plain.gains, plain.shot, plain.read, torch.ones(4, 1, 1, 1))
    light = torch.full((4, 3, 128, 128), 0.25)

    def likeness(camera: Camera) -> float:
        noise = camera.noise(light, torch.Generator().manual_seed(2))
        return float(torch.corrcoef(noise[:, :2].transpose(0, 1).flatten(1))[0, 1])

    assert likeness(guided) > likeness(plain) + 0.3


def test_photos_stay_photos_and_lose_no_light() -> None:
    clean = photos(count=8)
    noisy = with_camera_noise(clean, randomness(4))
    assert noisy.shape == clean.shape
    assert 0 <= float(noisy.min()) <= float(noisy.max()) <= 1
    assert abs(float((noisy - clean).mean())) < 0.02
    spread = (noisy - clean).std(dim=(1, 2, 3)) * 255
    assert float(spread.min()) > 0.3
    assert float(spread.max()) < 60
    assert float(spread.max() / spread.min()) > 2, "cameras differ"


def test_shadows_are_noisier_than_lights_once_they_are_developed() -> None:
    """The tone curve is steep in the dark."""
    dark, light = (float((with_camera_noise(flat(level), randomness(5)) - level).std()) for level in (0.25, 0.9))
    assert dark > light


def test_noise_of_the_colour_is_coarser_than_that_of_the_light() -> None:
    noise = with_camera_noise(flat(0.4), randomness(6)) - 0.4
    light = luma(noise)

    def smoothness(planes: Tensor) -> float:
        """How alike neighbours are."""
        return float((planes[..., 1:] * planes[..., :-1]).mean() / planes.square().mean())

    assert smoothness(noise - light) > smoothness(light) + 0.1


def test_the_same_randomness_gives_the_same_noise() -> None:
    first, again, other = (with_camera_noise(photos(), randomness(seed)) for seed in (7, 7, 8))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
