"""Noise as it looks in a photo: it falls on a sensor, and goes through everything that a camera does afterwards.

Photons and electronics make noise whose variance grows with the light (Foi et al. 2008, Practical
Poissonian-Gaussian Noise Modeling and Fitting for Single-Image Raw-Data). To put it where it arises, a finished
photo is led back to what the sensor saw, as in Brooks et al. 2019 (Unprocessing Images for Learned Raw Denoising,
whose ranges of noise and white balance are used); then demosaicing, white balance, the colour matrix and the tone
curve make it stronger in shadows, and correlate it between neighbours and colours. Cameras smooth what is left of
it, colour more than light, which leaves blotches.

Pictures are (B, 3, H, W) float32 in [0, 1], sRGB-encoded, with even H and W.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.kit.luminance import luma
from imagetool.training.objective import Randomness

SHOT = (1e-4, 1.2e-2)
"""Least and most variance of the noise for each unit of light, of which 1 saturates the sensor."""

RED_GAIN, BLUE_GAIN = (1.9, 2.4), (1.5, 1.9)
"""What white balance multiplies by."""

MOST_MIXING = 0.2
"""How much of each other colour a sensor's colours contain, at most."""

LIGHT_BLUR_PX, COLOUR_BLUR_PX = 0.7, 2.5
"""Most standard deviation of the camera's own smoothing of the noise."""

BLUR_REACH_PX = 6


@dataclass(frozen=True, eq=False, slots=True)
class Camera:
    """What is particular to the cameras of B photos.

    Attributes:
        to_sensor: (B, 3, 3) from linear sRGB to the sensor's colours; rows add up to 1.
        gains: (B, 3, 1, 1) of white balance and exposure.
        shot: (B, 1, 1, 1) variance of the noise for each unit of light.
        read: (B, 1, 1, 1) variance of the noise in the dark.
        guided: (B, 1, 1, 1) how much the missing red and blue are told from green, 0 to 1.
    """

    to_sensor: Tensor
    gains: Tensor
    shot: Tensor
    read: Tensor
    guided: Tensor

    @classmethod
    def random(cls, count: int, randomness: Randomness) -> Camera:
        """`count` different ones."""
        rng, device = randomness.host, randomness.device
        mixing = MOST_MIXING * torch.rand(count, 3, 3, generator=rng)
        mixing.diagonal(dim1=1, dim2=2).zero_()
        to_sensor = mixing + torch.diag_embed(1 - mixing.sum(dim=2))
        exposure = 1 / (0.8 + 0.1 * torch.randn(count, generator=rng)).clamp_min(0.5)
        gains = torch.stack(
            [_between(count, RED_GAIN, rng), torch.ones(count), _between(count, BLUE_GAIN, rng)], 1
        )
        log_shot = _between(count, (math.log(SHOT[0]), math.log(SHOT[1])), rng)
        log_read = 2.18 * log_shot + 1.2 + 0.26 * torch.randn(count, generator=rng)
        return cls(
            to_sensor.to(device),
            (gains * exposure[:, None])[:, :, None, None].to(device),
            log_shot.exp().to(device)[:, None, None, None],
            log_read.exp().to(device)[:, None, None, None],
            torch.rand(count, generator=rng).to(device)[:, None, None, None],
        )

    def sensed(self, photo: Tensor) -> Tensor:
        """The light (B, 3, H, W) in the sensor's colours that `developed` makes the photo of."""
        toned = 0.5 - torch.sin(torch.asin(1 - 2 * photo.clamp(0, 1)) / 3)
        linear = torch.where(toned <= 0.04045, toned / 12.92, ((toned + 0.055) / 1.055) ** 2.4)
        return _mixed(linear, self.to_sensor) / self.gains

    def developed(self, light: Tensor) -> Tensor:
        """The photo of the light: white balance, conversion to sRGB, an S-shaped tone curve."""
        linear = _mixed(light * self.gains, torch.linalg.inv(self.to_sensor)).clamp(1e-8, 1)
        encoded = torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        return encoded.square() * (3 - 2 * encoded)

    def noise(self, light: Tensor, rng: torch.Generator) -> Tensor:
        """The sensor's noise (B, 3, H, W) after demosaicing; `rng` is on the light's device."""
        height, width = light.shape[-2:]
        variance = (self.read + self.shot * light).clamp_min(0)
        fallen = torch.randn(light.shape, generator=rng, device=light.device) * variance.sqrt()
        mosaic = _bayer(height, width).to(light)  # (3, H, W): where each colour is measured
        measured = fallen * mosaic
        plain = _interpolated(measured, mosaic)
        green = plain[:, 1:2]
        guided = green + _interpolated((measured - green) * mosaic, mosaic)
        return torch.lerp(plain, guided, self.guided)


def with_camera_noise(photo: Tensor, randomness: Randomness) -> Tensor:
    """The photos as cameras with noisy sensors would have saved them, in [0, 1]."""
    camera = Camera.random(len(photo), randomness)
    light = camera.sensed(photo)
    noisy = camera.developed(light + camera.noise(light, randomness.local))
    return (photo + _smoothed(noisy - camera.developed(light), randomness.host)).clamp(0, 1)


def _smoothed(noise: Tensor, rng: torch.Generator) -> Tensor:
    """The noise after the camera's own denoising: weaker, and correlated over more pixels, in colour above all."""
    count = len(noise)
    light = luma(noise)
    return _smoothed_part(light, _between(count, (-0.4, LIGHT_BLUR_PX), rng), _between(count, (0.6, 1.0), rng)) + (
        _smoothed_part(
            noise - light, _between(count, (-0.8, COLOUR_BLUR_PX), rng), _between(count, (0.3, 1.0), rng)
        )
    )


def _smoothed_part(noise: Tensor, blur_px: Tensor, kept: Tensor) -> Tensor:
    """(B, C, H, W), blurred and `kept` (B,) times as strong as it was, where `blur_px` (B,) is above 0."""
    at = torch.arange(-BLUR_REACH_PX, BLUR_REACH_PX + 1.0)
    kernel = torch.exp(-0.5 * (at / blur_px.clamp_min(0.05)[:, None]) ** 2)
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).to(noise)  # (B, 13)
    count, channels = noise.shape[:2]
    weights = kernel.repeat_interleave(channels, dim=0)[:, None]  # (B·C, 1, 13)
    rows = functional.pad(noise, (BLUR_REACH_PX,) * 4, mode="reflect").flatten(0, 1)[None]
    wide = functional.conv2d(rows, weights[:, :, None, :], groups=count * channels)
    wide = functional.conv2d(wide, weights[:, :, :, None], groups=count * channels).reshape(noise.shape)
    before, after = (part.std(dim=(1, 2, 3), keepdim=True) for part in (noise, wide))
    wide = wide * (before / after.clamp_min(1e-8) * kept.to(noise)[:, None, None, None])
    return torch.where((blur_px > 0).to(noise.device)[:, None, None, None], wide, noise)


def _bayer(height: int, width: int) -> Tensor:
    """1 where a colour is measured, (3, H, W): squares of red and green above green and blue."""
    even_row, even_column = torch.arange(height)[:, None] % 2 == 0, torch.arange(width)[None, :] % 2 == 0
    red, blue = even_row & even_column, ~even_row & ~even_column
    return torch.stack([red, ~(red | blue), blue]).float()


def _interpolated(measured: Tensor, mosaic: Tensor) -> Tensor:
    """Bilinear demosaicing of values (B, 3, H, W) that are 0 where nothing was measured."""
    cross = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]).to(measured)
    weights = cross.expand(3, 1, 3, 3)
    total = functional.conv2d(functional.pad(measured, (1,) * 4, mode="reflect"), weights, groups=3)
    share = functional.conv2d(functional.pad(mosaic[None], (1,) * 4, mode="reflect"), weights, groups=3)
    return torch.where(mosaic > 0, measured, total / share)


def _mixed(image: Tensor, matrix: Tensor) -> Tensor:
    return torch.einsum("bij,bjhw->bihw", matrix, image)


def _between(count: int, ends: tuple[float, float], rng: torch.Generator) -> Tensor:
    low, high = ends
    return low + (high - low) * torch.rand(count, generator=rng)
