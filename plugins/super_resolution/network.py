"""The network: one trunk for all scales, with an entry and an exit for each.

The layout is that of MDSR (Lim et al. 2017, Enhanced Deep Residual Networks for Single Image Super-Resolution):
residual blocks without normalisation at the resolution of the input, then one convolution and a pixel shuffle
(Shi et al. 2016). Where `kernel` is above 1, each block adds a large kernel over the first few channels, as in
PLKSR (Lee et al. 2024, Partial Large Kernel CNNs for Efficient Super-Resolution), without its attention.
What the trunk makes is added to the cubic enlargement, so an untrained network is exactly bicubic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from imagetool.kit.resampling import CUBIC, taps

MIDDLE = 0.5
"""Subtracted from the input: half floats are densest around zero."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of a network.

    Attributes:
        width: Channels of the trunk.
        blocks: Residual blocks.
        kernel: Side of the large kernel, odd; 1 for none.
        partial: Channels that the large kernel sees.
        scales: The factors it enlarges by, each from 2 to 4.
    """

    width: int
    blocks: int
    kernel: int
    partial: int
    scales: tuple[int, ...]

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Layout:
        """From a recipe or a file of weights.

        Raises:
            ValueError: naming the key that is missing, unknown or wrong.
        """
        if set(table) != set(cls.__slots__):
            raise ValueError(f"network has the keys {', '.join(sorted(table))}, not {', '.join(cls.__slots__)}")
        numbers = {key: table[key] for key in ("width", "blocks", "kernel", "partial")}
        scales = table["scales"]
        for key, value in numbers.items():
            if type(value) is not int or not 1 <= value <= 512:
                raise ValueError(f"{key} is {value!r}, not a whole number from 1 to 512")
        if not isinstance(scales, list) or not scales or not all(type(s) is int and 2 <= s <= 4 for s in scales):
            raise ValueError(f"scales is {scales!r}, not a list of 2, 3 and 4")
        layout = cls(**numbers, scales=tuple(sorted(set(scales))))  # type: ignore[arg-type]
        if layout.kernel % 2 == 0 or layout.partial > layout.width:
            raise ValueError("kernel is even, or partial above width")
        return layout

    def table(self) -> dict[str, object]:
        """What `read` reads."""
        return {name: getattr(self, name) for name in self.__slots__} | {"scales": list(self.scales)}

    @property
    def reach_px(self) -> int:
        """How many pixels of the input around a pixel its output depends on."""
        per_block = 2 + self.kernel // 2
        return 1 + self.blocks * per_block + 1


class Network(nn.Module):
    """Enlarges pictures by the scales of its layout."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self.entries = nn.ModuleDict({f"x{s}": nn.Conv2d(3, layout.width, 3, padding=1) for s in layout.scales})
        self.trunk = nn.Sequential(*(_Block(layout) for _ in range(layout.blocks)))
        self.exits = nn.ModuleDict({f"x{s}": _exit(layout.width, s) for s in layout.scales})
        self.cubics = nn.ModuleDict({f"x{s}": Cubic(s) for s in layout.scales})

    def forward(self, image: Tensor, scale: int) -> Tensor:
        """Enlarges.

        Args:
            image: (B, 3, H, W) float32 in [0, 1].
            scale: One of the layout's scales.

        Returns:
            (B, 3, scale·H, scale·W) float32, not clipped; the enlargement itself never runs in fewer bits.
        """
        key = f"x{scale}"
        features = self.entries[key](image - MIDDLE)  # (B, C, H, W)
        features = self.trunk(features) + features
        detail = self.exits[key](features)  # (B, 3·s·s, H, W)
        cubic = self.cubics[key]
        assert isinstance(cubic, Cubic)  # noqa: S101 - nn.ModuleDict forgets the type
        phases = cubic.phases(image) + detail.float()
        return functional.pixel_shuffle(phases, scale)  # (B, 3, sH, sW)


class _Block(nn.Module):
    """Two convolutions, and where the layout has one, a large kernel over some channels and a mix of all."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        width = layout.width
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.large: nn.Module | None = None
        self.partial = layout.partial
        if layout.kernel > 1:
            self.large = nn.Conv2d(layout.partial, layout.partial, layout.kernel, padding=layout.kernel // 2)
            self.mix = nn.Conv2d(width, width, 1)
        last = self.second if self.large is None else self.mix
        nn.init.normal_(last.weight, std=0.1 / width)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        inner = self.second(functional.relu(self.first(features)))  # (B, C, H, W)
        if self.large is not None:
            inner = torch.cat([self.large(inner[:, : self.partial]), inner[:, self.partial :]], dim=1)
            inner = self.mix(inner)
        result: Tensor = features + inner
        return result


class Cubic(nn.Module):
    """Cubic enlargement by a whole factor, as one convolution and a pixel shuffle; nothing in it is learned.

    Equals `kit.resampling.resize` where the picture is large enough, save that the border is repeated rather
    than mirrored.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        middle = 8
        indices, weights = taps(2 * middle + 1, (2 * middle + 1) * scale, CUBIC)
        phases = torch.zeros(scale, 5, dtype=torch.float64)
        for phase in range(scale):
            row = middle * scale + phase
            phases[phase].scatter_add_(0, indices[row] - middle + 2, weights[row])
        kernels = torch.einsum("ai,bj->abij", phases, phases).reshape(scale * scale, 1, 5, 5)
        self.register_buffer("kernels", kernels.repeat(3, 1, 1, 1).float(), persistent=False)
        self.kernels: Tensor

    def forward(self, image: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 3, sH, sW), float32."""
        return functional.pixel_shuffle(self.phases(image), self.scale)

    def phases(self, image: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 3·s·s, H, W): the enlarged picture before the pixel shuffle, always in float32."""
        with torch.autocast(image.device.type, enabled=False):  # bfloat16 has too few bits for a picture
            padded = functional.pad(image.float(), (2, 2, 2, 2), mode="replicate")
            return functional.conv2d(padded, self.kernels, groups=3)


def _exit(width: int, scale: int) -> nn.Conv2d:
    convolution = nn.Conv2d(width, 3 * scale * scale, 3, padding=1)
    nn.init.zeros_(convolution.weight)
    nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]
    return convolution
