"""Film grain as numbers: measured in the plain areas of a picture, and made anew from them.

What differs between grains is how strong they are at each brightness, and how their specks hang together. The
first is a table, as film grain is described in video (Norkin and Birkbeck 2018, Film Grain Synthesis for AV1 Video
Codec); the second is the power spectrum, from which new grain is made as random-phase textures are (Galerne,
Gousseau and Morel 2011, Random Phase Textures: Theory and Synthesis): white noise, filtered to have that spectrum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.kit.luminance import luma

BLOCK_PX = 32
"""Side of the blocks that are measured; specks larger than half of it are not told apart from the picture."""

LEVELS = 8
"""Brightnesses, from black to white, whose grain is measured."""

PLAIN_SHARE = 0.3
"""Share of the blocks of each brightness that are plain for certain: those with least in them."""

AS_PLAIN = 1.3
"""Blocks in which that is exceeded by less are plain, too: grain itself differs from block to block."""

LEAST_BLOCKS = 16

LEAST_STRENGTH = 0.3 / 255
"""Weaker grain cannot be told from the rounding of 8 bit."""

FADE_PX = 4
"""Pixels in which a block is faded out at its border, so that its edge does not count as detail."""


@dataclass(frozen=True, eq=False, slots=True)
class Grain:
    """What a film's grain is like.

    Attributes:
        kernel: (1, 1, 31, 31), whose squares add up to 1: white noise that is filtered with it hangs together so.
        strength: (`LEVELS`,) standard deviation of the light's grain at brightnesses from 0 to 1, in 0…1.
        colour: Standard deviation of the colour's grain, as a share of the light's.
    """

    kernel: Tensor
    strength: Tensor
    colour: float

    @classmethod
    def plain(cls, strength: float, size_px: float, colour: float) -> Grain:
        """Round specks of one size, strongest in the middle tones, as on a negative."""
        at = torch.arange(-(BLOCK_PX // 2) + 1, BLOCK_PX // 2, dtype=torch.float32)
        sigma_px = size_px / math.sqrt(2 * math.pi)  # as the property counts
        row = torch.exp(-0.5 * (at / max(sigma_px, 1e-3)) ** 2)
        kernel = row[:, None] * row
        tone = torch.linspace(0, 1, LEVELS)
        return cls(_of_unit_power(kernel), strength * (0.25 + 3 * tone * (1 - tone)), colour)

    @classmethod
    def measured(cls, picture: Tensor) -> Grain | None:
        """The grain of a picture (1, 3, H, W) in [0, 1].

        In plain areas all that a smooth surface does not explain is grain.

        Returns:
            None where there are too few plain areas, or no grain in them.
        """
        under = _blocks(luma(picture))  # (N, 32, 32)
        if len(under) < LEAST_BLOCKS:
            return None
        light = _without_surface(under)
        chosen = _plainest(under.mean(dim=(1, 2)), light)
        light, tones = light[chosen], under[chosen].mean(dim=(1, 2))
        spread = light.std(dim=(1, 2))
        if float(spread.median()) <= LEAST_STRENGTH:
            return None
        chroma = picture - luma(picture)
        colours = torch.cat([_without_surface(_blocks(chroma[:, at : at + 1])[chosen]) for at in (0, 2)])
        return cls(_kernel(light), _by_tone(tones, spread), float(colours.std() / light.std()))

    @property
    def size_px(self) -> float:
        """How large a speck is: 1 for white noise, the side of the square that hangs together."""
        rho = functional.conv2d(self.kernel, self.kernel, padding=self.kernel.shape[-1] - 1)
        return float(rho.square().sum().sqrt())

    @property
    def strength_255(self) -> float:
        """The strongest, in steps of 1/255."""
        return 255 * float(self.strength.max())

    def added_to(self, image: Tensor, amount: float, rng: torch.Generator) -> Tensor:
        """New grain on a picture (1, 3, H, W) in [0, 1]; `rng` is on its device; the result is not cut."""
        light = self._at(luma(image)) * amount * self._field(image, rng)
        if self.colour <= 0:
            return image + light
        red, blue = (self._at(luma(image)) * amount * self.colour * self._field(image, rng) for _ in range(2))
        green = -(0.299 * red + 0.114 * blue) / 0.587  # so that the light stays as it is
        return image + light + torch.cat([red, green, blue], dim=1)

    def _at(self, tones: Tensor) -> Tensor:
        """The strength at each pixel of (1, 1, H, W)."""
        place = tones.clamp(0, 1) * (LEVELS - 1)
        below = place.floor().long().clamp_max(LEVELS - 2)
        table = self.strength.to(tones)
        return torch.lerp(table[below], table[below + 1], place - below)

    def _field(self, image: Tensor, rng: torch.Generator) -> Tensor:
        """Noise (1, 1, H, W) of standard deviation 1 that hangs together as the grain does."""
        height, width = image.shape[-2:]
        around = self.kernel.shape[-1] - 1
        white = torch.randn((1, 1, height + around, width + around), generator=rng, device=image.device)
        return functional.conv2d(white, self.kernel.to(image))


def _blocks(planes: Tensor) -> Tensor:
    """The whole blocks of (B, 1, H, W), as (N, 32, 32)."""
    cut = planes.unfold(2, BLOCK_PX, BLOCK_PX).unfold(3, BLOCK_PX, BLOCK_PX)  # (B, 1, h, w, 32, 32)
    return cut.flatten(0, 3)


def _without_surface(blocks: Tensor) -> Tensor:
    """Blocks (N, 32, 32) without the surface of second degree that fits them best."""
    at = torch.linspace(-1, 1, BLOCK_PX, dtype=blocks.dtype, device=blocks.device)
    y, x = torch.meshgrid(at, at, indexing="ij")
    shapes = torch.stack([torch.ones_like(x), x, y, x * y, x.square(), y.square()]).flatten(1)  # (6, 1024)
    axes = torch.linalg.qr(shapes.T).Q  # (1024, 6)
    flat = blocks.flatten(1)
    left: Tensor = flat - flat @ axes @ axes.T
    return left.reshape(blocks.shape)


def _plainest(tones: Tensor, light: Tensor) -> Tensor:
    """Which blocks have least in them, at each brightness: (N,) bool."""
    level = (tones.clamp(0, 1) * (LEVELS - 1)).round().long()
    spread = light.std(dim=(1, 2))
    chosen = torch.zeros_like(spread, dtype=torch.bool)
    for each in sorted(set(level.tolist())):
        own = level == each
        chosen |= own & (spread <= AS_PLAIN * spread[own].quantile(PLAIN_SHARE))
    return chosen


def _kernel(blocks: Tensor) -> Tensor:
    """The kernel whose spectrum is the mean of the blocks' (N, 32, 32), each with the same weight."""
    fade = torch.ones(BLOCK_PX, device=blocks.device)
    ramp = (torch.arange(FADE_PX, device=blocks.device) + 0.5) / FADE_PX
    fade[:FADE_PX], fade[-FADE_PX:] = ramp, ramp.flip(0)
    centred = (blocks - blocks.mean(dim=(1, 2), keepdim=True)) * fade[:, None] * fade
    power = torch.fft.fft2(centred).abs().square()
    power = (power / power.mean(dim=(1, 2), keepdim=True).clamp_min(1e-12)).mean(dim=0)
    power[0, 0] = (power[0, 1] + power[1, 0]) / 2
    kernel = torch.fft.fftshift(torch.fft.ifft2(power.sqrt()).real)[1:, 1:]  # odd, its middle in the middle
    return _of_unit_power(kernel)


def _of_unit_power(kernel: Tensor) -> Tensor:
    return (kernel / kernel.square().sum().sqrt())[None, None]


def _by_tone(tones: Tensor, spread: Tensor) -> Tensor:
    """The spread (LEVELS,) at each brightness; where none was seen, that of the nearest one that was."""
    nearest = (tones.clamp(0, 1) * (LEVELS - 1)).round().long()
    seen = [level for level in range(LEVELS) if bool((nearest == level).any())]
    found = {level: spread[nearest == level].square().mean().sqrt() for level in seen}
    return torch.stack([found[min(seen, key=lambda known: abs(known - level))] for level in range(LEVELS)])
