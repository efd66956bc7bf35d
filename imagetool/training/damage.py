"""What a network learns to undo: two kinds of damage, each as a recipe names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from imagetool.kit.luminance import luma
from imagetool.training.camera import with_camera_noise
from imagetool.training.jpeg import BLOCK_PX, jpeg
from imagetool.training.noise import random_sigmas_255, with_noise
from imagetool.training.objective import Randomness

JPEG_MULTIPLE = 16
"""Sides of a picture that is compressed are multiples of this."""

QUALITY = (10.0, 95.0)
"""Least and most JPEG quality."""

NOISY, COMPRESSED = 0.55, 0.75
"""Shares of the photos that are damaged so; either does not depend on the other, and some stay clean."""

PLAIN = 0.25
"""Share of the noisy photos whose noise does not come from a camera."""

GRAY = 0.1
"""Share of the photos that are gray, as is their noise: each of its pixels is the same in all three colours."""

GRAY_NOISE = 0.15
"""Share of the noise on photos that has no colour, as film grain has none."""

HALVED_COLOUR = 0.7
"""Share of the batches that are saved with colour at half the resolution."""


@dataclass(frozen=True, eq=False, slots=True)
class Damaged:
    """A batch, each (B, 3, side, side) float32.

    Attributes:
        image: What the network sees.
        noisy: The same before it was compressed.
        truth: The same before anything was done to it, in [0, 1].
    """

    image: Tensor
    noisy: Tensor
    truth: Tensor


@dataclass(frozen=True, slots=True)
class Damage:
    """A way to damage photos.

    Attributes:
        whole_px: Side of the crops that it needs to make crops of a given side.
        apply: From crops (B, 3, whole, whole) float32 in [0, 1] and the side of the result.
        parts: Of how many changes it consists that a network tells apart.
        checks: What held-back photos (1, 3, H, W) are damaged by, by name; always alike for the same seed.
    """

    whole_px: Callable[[int], int]
    apply: Callable[[Tensor, int, Randomness], Damaged]
    parts: int
    checks: Mapping[str, Callable[[Tensor, int], Tensor]]


def gaussian(truth: Tensor, side_px: int, randomness: Randomness) -> Damaged:
    """White Gaussian noise of any level, on floats that are never cut."""
    truth = truth[..., :side_px, :side_px]
    gray = _some(len(truth), GRAY, randomness)
    truth = torch.where(gray, luma(truth).expand_as(truth), truth)
    noisy = with_noise(truth, random_sigmas_255(len(truth), randomness.host), randomness.local)
    noisy = torch.where(gray, noisy[:, :1].expand_as(noisy), noisy)
    return Damaged(noisy, noisy, truth)


def photo(truth: Tensor, side_px: int, randomness: Randomness) -> Damaged:
    """A camera's noise or plain noise, then JPEG, each of any strength, and each only sometimes."""
    rng = randomness.host
    gray = _some(len(truth), GRAY, randomness)
    truth = torch.where(gray, luma(truth).expand_as(truth), truth)
    noisy = _noisy(truth, randomness)
    noisy = torch.where(gray, luma(noisy).expand_as(noisy), noisy)
    quality = QUALITY[0] + (QUALITY[1] - QUALITY[0]) * torch.rand(len(truth), generator=rng)
    halved = bool(torch.rand(1, generator=rng) < HALVED_COLOUR)
    saved = jpeg(noisy, quality.to(truth.device), halved_colour=halved)
    image = torch.where(_some(len(truth), COMPRESSED, randomness), saved, noisy)
    top, left = torch.randint(truth.shape[-1] - side_px + 1, (2,), generator=rng).tolist()
    inside = (..., slice(top, top + side_px), slice(left, left + side_px))  # blocks begin anywhere
    return Damaged(image[inside], noisy[inside], truth[inside])


def _noisy(truth: Tensor, randomness: Randomness) -> Tensor:
    plain = with_noise(truth, random_sigmas_255(len(truth), randomness.host), randomness.local)
    taken = with_camera_noise(truth, randomness)
    noise = torch.where(_some(len(truth), PLAIN, randomness), plain, taken) - truth
    noise = torch.where(_some(len(truth), GRAY_NOISE, randomness), noise[:, :1].expand_as(noise), noise)
    noisy = (truth + noise).clamp(0, 1)
    return torch.where(_some(len(truth), NOISY, randomness), noisy, truth)


def _some(count: int, share: float, randomness: Randomness) -> Tensor:
    """True for a share of the pictures, (B, 1, 1, 1)."""
    return (torch.rand(count, generator=randomness.host) < share).to(randomness.device)[:, None, None, None]


def _with_sigma(truth: Tensor, seed: int, sigma_255: float) -> Tensor:
    rng = torch.Generator(truth.device).manual_seed(seed)
    return with_noise(truth, torch.tensor([sigma_255]), rng)


def _with_quality(truth: Tensor, seed: int, quality: float) -> Tensor:  # noqa: ARG001 - nothing is left to chance
    return jpeg(truth, torch.tensor([quality], device=truth.device), halved_colour=True)


def _from_camera(truth: Tensor, seed: int) -> Tensor:
    return with_camera_noise(truth, Randomness(seed, 0, 0, truth.device))


_QUALITIES: Mapping[str, Callable[[Tensor, int], Tensor]] = {
    f"jpeg{quality}": partial(_with_quality, quality=quality) for quality in (10, 20, 40)
}
DAMAGES: Mapping[str, Damage] = {
    "gaussian": Damage(
        lambda side_px: side_px,
        gaussian,
        parts=1,
        checks={f"sigma{sigma}": partial(_with_sigma, sigma_255=sigma) for sigma in (15, 25, 50)},
    ),
    "photo": Damage(
        lambda side_px: -(-(side_px + BLOCK_PX - 1) // JPEG_MULTIPLE) * JPEG_MULTIPLE,
        photo,
        parts=2,
        checks={**_QUALITIES, "camera": _from_camera},
    ),
}
"""By the name that a recipe says. Checks are what papers report."""
