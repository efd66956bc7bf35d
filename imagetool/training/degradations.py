"""What happens to photos before they reach us: blur, resizing, noise, compression, in random strength and order.

The chain follows Wang et al. 2021 (Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic
Data): twice blur, resize, noise and JPEG, each of random kind and strength. Its ranges are narrower: photos that
people keep are less worn than the paper's, and what is trained with weaker damage invents less.

Pictures are (B, 3, H, W) float32 RGB in [0, 1]; every random choice comes from a generator on the CPU, but for the
noise itself, which is drawn on the device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.geometry import Size
from imagetool.kit.resampling import CUBIC, LANCZOS3, resize
from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.training.jpeg import jpeg
from imagetool.training.objective import Randomness
from imagetool.training.photos import Photo

KERNEL_PX = 13
"""Side of a blur kernel."""

JPEG_MULTIPLE = 16
"""Sides of a picture that is compressed are multiples of this."""


@dataclass(frozen=True, slots=True)
class Wear:
    """How strongly one round damages.

    Attributes:
        blur_px: Least and most standard deviation of the blur, along each of its axes.
        noise_255: Most standard deviation of the noise that does not depend on brightness.
        shot_255: Most standard deviation, at full brightness, of the noise that grows with its root.
        quality: Least and most JPEG quality.
        spared: Share of the pictures that each kind of damage leaves alone.
    """

    blur_px: tuple[float, float]
    noise_255: float
    shot_255: float
    quality: tuple[float, float]
    spared: float


FIRST = Wear(blur_px=(0.2, 1.6), noise_255=12.0, shot_255=10.0, quality=(45.0, 98.0), spared=0.35)
"""The camera, and whoever saved the photo first."""

SECOND = Wear(blur_px=(0.2, 0.9), noise_255=5.0, shot_255=4.0, quality=(40.0, 98.0), spared=0.5)
"""Whoever passed it on."""

UNTOUCHED = 0.15
"""Share of the pictures that are only made smaller, so that clean ones stay as they are."""


def worn(image: Tensor, size: Size, randomness: Randomness) -> Tensor:
    """Makes pictures smaller, as years and websites do.

    Args:
        image: (B, 3, H, W).
        size: Of the result, at most that of the image; its sides are multiples of 16.
        randomness: The step's.

    Returns:
        (B, 3, size.height, size.width) in steps of 1/255.
    """
    host = randomness.host
    clean = resize(image, size).clamp(0, 1)
    zoom = image.shape[-1] / size.width
    damaged = _blurred(image, FIRST, zoom, host)
    between = _between(size, host)
    damaged = _resized(damaged, between, host)
    damaged = _compressed(_noisy(damaged, FIRST, randomness), FIRST, host)
    damaged = _blurred(damaged, SECOND, between.width / size.width, host)
    damaged = _resized(damaged, size, host)
    damaged = _compressed(_noisy(damaged, SECOND, randomness), SECOND, host)
    kept = torch.rand(len(image), generator=host) < UNTOUCHED
    result = torch.where(kept.to(image.device)[:, None, None, None], clean, damaged)
    return (result * 255).round().clamp(0, 255) / 255


def worn_photo(photo: Photo, scale: int, seed: int) -> Photo:
    """A photo (H, W, 3) uint8 whose sides are multiples of `scale`, made smaller by it and worse; always alike."""
    cpu = torch.device("cpu")
    height, width = photo.shape[0] // scale, photo.shape[1] // scale
    below, right = (-side % JPEG_MULTIPLE for side in (height, width))
    framed = functional.pad(to_tensor(photo, cpu), (0, right * scale, 0, below * scale), mode="replicate")
    small = worn(framed, Size(width + right, height + below), Randomness(seed, scale, 0, cpu))
    return to_pixels(small[..., :height, :width], photo.dtype)


def blur_kernels(sigmas_px: Tensor, angles_rad: Tensor) -> Tensor:
    """Gaussian kernels (B, 13, 13) that add up to 1.

    `sigmas_px` (B, 2) are their widths along two axes, the first of them at `angles_rad` (B,).
    """
    reach = KERNEL_PX // 2
    y, x = torch.meshgrid(torch.arange(-reach, reach + 1.0), torch.arange(-reach, reach + 1.0), indexing="ij")
    cos, sin = (f(angles_rad)[:, None, None] for f in (torch.cos, torch.sin))
    along, across = x * cos + y * sin, y * cos - x * sin  # (B, 13, 13)
    sigma = sigmas_px.clamp_min(0.05)[:, :, None, None]
    kernels = torch.exp(-0.5 * ((along / sigma[:, 0]) ** 2 + (across / sigma[:, 1]) ** 2))
    return kernels / kernels.sum(dim=(1, 2), keepdim=True)


def _blurred(image: Tensor, wear: Wear, zoom: float, host: torch.Generator) -> Tensor:
    """`zoom` is how many pixels of the image become one of the result: blur is given in the result's."""
    count, channels = image.shape[:2]
    low, high = wear.blur_px
    sigmas = (low + (high - low) * torch.rand(count, 2, generator=host) ** 2) * zoom
    sigmas[_spared(count, wear, host)] = 0.0
    sigmas = sigmas.clamp_max(KERNEL_PX / 4)
    kernels = blur_kernels(sigmas, torch.rand(count, generator=host) * math.pi).to(image)
    reach = KERNEL_PX // 2
    padded = functional.pad(image, (reach,) * 4, mode="reflect").flatten(0, 1)[None]  # (1, 3B, ...)
    weights = kernels[:, None].repeat_interleave(channels, dim=0)
    blurred = functional.conv2d(padded, weights, groups=count * channels)
    return blurred.reshape(image.shape)


def _between(size: Size, host: torch.Generator) -> Size:
    """A size from 0.8 to 1.6 times the final one, for the step before it."""
    factor = float(0.8 * 2 ** torch.rand(1, generator=host))
    return Size(*(max(1, round(side * factor / JPEG_MULTIPLE)) * JPEG_MULTIPLE for side in size))


def _resized(image: Tensor, size: Size, host: torch.Generator) -> Tensor:
    way = int(torch.randint(4, (1,), generator=host))
    if way == 0:
        return functional.interpolate(image, (size.height, size.width), mode="area")
    if way == 1:
        return functional.interpolate(image, (size.height, size.width), mode="bilinear", antialias=True)
    return resize(image, size, CUBIC if way == 2 else LANCZOS3)


def _noisy(image: Tensor, wear: Wear, randomness: Randomness) -> Tensor:
    count = len(image)
    host, local = randomness.host, randomness.local
    read, shot = (torch.rand(2, count, generator=host) ** 2).unbind()
    spared = _spared(count, wear, host)
    read, shot = (torch.where(spared, 0.0, part).to(image.device)[:, None, None, None] for part in (read, shot))
    variance = (read * wear.noise_255 / 255) ** 2 + (shot * wear.shot_255 / 255) ** 2 * image.clamp(0, 1)
    gray = (torch.rand(count, generator=host) < 0.3).to(image.device)[:, None, None, None]
    noise = torch.randn(image.shape, generator=local, device=image.device)
    noise = torch.where(gray, noise[:, :1], noise)
    return image + noise * variance.sqrt()


def _compressed(image: Tensor, wear: Wear, host: torch.Generator) -> Tensor:
    count = len(image)
    low, high = wear.quality
    quality = low + (high - low) * torch.rand(count, generator=host)
    halved = bool(torch.rand(1, generator=host) < 0.7)
    spared = _spared(count, wear, host).to(image.device)[:, None, None, None]
    image = image.clamp(0, 1)
    return torch.where(spared, image, jpeg(image, quality.to(image.device), halved_colour=halved))


def _spared(count: int, wear: Wear, host: torch.Generator) -> Tensor:
    return torch.rand(count, generator=host) < wear.spared
