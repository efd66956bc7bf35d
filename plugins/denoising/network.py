"""The network: a U-Net that folds squares of pixels into channels at its entrance, and says what the noise is.

Its form is that of NAFNet (Chen et al. 2022, Simple Baselines for Image Restoration): convolutions with stride 2
on the way down, pixel shuffles on the way up, sums at the skips, and what comes out is added to the input. Its
blocks are the residual blocks without normalisation of DRUNet (Zhang et al. 2021, Plug-and-Play Image Restoration
with Deep Denoiser Prior): in trials of a few minutes on a CPU they got further than the gated blocks of NAFNet,
whose depthwise convolutions and normalisation wait for memory there; long trainings and GPUs were not compared.
Nothing pools over the whole input, as NAFNet's channel attention does, so that a pixel does not depend on how the
picture is cut into tiles. Folding (Zhang et al. 2018, FFDNet: Toward a Fast and Flexible Solution for CNN-Based
Image Denoising) makes all of it cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

MIDDLE = 0.5
"""Subtracted from the input: half floats are densest around zero."""

BLOCK_REACH_PX = 2
"""How far a block sees, in pixels of its resolution."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of a network.

    Attributes:
        fold: Side of the squares of pixels that become channels at the entrance, from 1 to 4.
        widths: Channels at each resolution, the highest first; each further one is half as high and wide.
        encoder: Blocks on the way down, at all resolutions but the lowest.
        middle: Blocks at the lowest resolution.
        decoder: Blocks on the way up, in the order of `encoder`: at the highest resolution first.
        parts: What the change is told in: 1, all of it; 2, the noise and the traces of compression.
    """

    fold: int
    widths: tuple[int, ...]
    encoder: tuple[int, ...]
    middle: int
    decoder: tuple[int, ...]
    parts: int = 1

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Layout:
        """From a recipe or a file of weights.

        Raises:
            ValueError: naming the key that is missing, unknown or wrong.
        """
        table = {"parts": 1, **table}
        if set(table) != set(cls.__slots__):
            raise ValueError(f"network has the keys {', '.join(sorted(table))}, not {', '.join(cls.__slots__)}")
        layout = cls(
            fold=_whole(table, "fold", 1, 4),
            widths=_wholes(table, "widths", 1, 512),
            encoder=_wholes(table, "encoder", 0, 64),
            middle=_whole(table, "middle", 0, 64),
            decoder=_wholes(table, "decoder", 0, 64),
            parts=_whole(table, "parts", 1, 2),
        )
        if not 1 <= len(layout.widths) <= 6:
            raise ValueError(f"widths has {len(layout.widths)} numbers, not 1 to 6")
        if not len(layout.encoder) == len(layout.decoder) == len(layout.widths) - 1:
            raise ValueError("encoder and decoder must each have one number less than widths")
        return layout

    def table(self) -> dict[str, object]:
        """What `read` reads."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @property
    def multiple_of(self) -> int:
        """Pixels of the input that one pixel of the lowest resolution stands for, along each side."""
        return self.fold << len(self.encoder)

    @property
    def reach_px(self) -> int:
        """How many pixels of the input around a pixel its output depends on, at most."""
        reach = 2 * self.fold  # the entrance and the exit
        for level, (down, up) in enumerate(zip(self.encoder, self.decoder, strict=True)):
            reach += (down + up) * BLOCK_REACH_PX * (self.fold << level)
        reach += self.middle * BLOCK_REACH_PX * self.multiple_of
        return reach + self.multiple_of - 1  # all pixels that are folded together reach as far as the farthest


class Network(nn.Module):
    """Takes what it was trained on out of pictures, without being told how strong it is."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        widths, folded = layout.widths, 3 * layout.fold**2
        steps = list(pairwise(widths))
        self.entrance = nn.Conv2d(folded, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList(_blocks(width, n) for width, n in zip(widths, layout.encoder, strict=False))
        self.downs = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.middle = _blocks(widths[-1], layout.middle)
        self.ups = nn.ModuleList(nn.Conv2d(coarse, 4 * fine, 1, bias=False) for fine, coarse in steps)
        self.decoder = nn.ModuleList(_blocks(width, n) for width, n in zip(widths, layout.decoder, strict=False))
        self.exit = nn.Conv2d(widths[0], layout.parts * folded, 3, padding=1)
        nn.init.zeros_(self.exit.weight)
        nn.init.zeros_(self.exit.bias)  # type: ignore[arg-type]

    def forward(self, image: Tensor) -> Tensor:
        """Finds out what to change.

        Args:
            image: (B, 3, H, W) float32, of any size; in [0, 1] but for the noise.

        Returns:
            (B, parts, 3, H, W) float32: added to the image they make it clean. An untrained network says 0.
        """
        height, width = image.shape[-2:]
        below, right = (-side % self.layout.multiple_of for side in (height, width))
        framed = functional.pad(image - MIDDLE, (0, right, 0, below), mode="replicate")
        features = self.entrance(functional.pixel_unshuffle(framed, self.layout.fold))  # (B, C, H/fold, W/fold)
        skips = []
        for blocks, down in zip(self.encoder, self.downs, strict=True):
            skips.append(blocks(features))
            features = down(skips[-1])  # (B, the next of widths, half as high, half as wide)
        features = self.middle(features)
        for blocks, up in zip(reversed(self.decoder), reversed(self.ups), strict=True):
            features = blocks(functional.pixel_shuffle(up(features), 2) + skips.pop())
        change = functional.pixel_shuffle(self.exit(features), self.layout.fold)  # (B, 3·parts, H + ..., W + ...)
        return change[..., :height, :width].float().reshape(len(image), self.layout.parts, 3, height, width)


class _Block(nn.Module):
    """Two convolutions whose result is added to what comes in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.normal_(self.second.weight, std=0.1 / width)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        result: Tensor = features + self.second(functional.relu(self.first(features)))
        return result


def _blocks(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(_Block(width) for _ in range(count)))


def _whole(table: Mapping[str, object], key: str, low: int, high: int) -> int:
    value = table[key]
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{key} is {value!r}, not a whole number from {low} to {high}")
    return value


def _wholes(table: Mapping[str, object], key: str, low: int, high: int) -> tuple[int, ...]:
    value = table[key]
    if not isinstance(value, list) or not all(type(item) is int and low <= item <= high for item in value):
        raise ValueError(f"{key} is {value!r}, not a list of whole numbers from {low} to {high}")
    return tuple(value)
