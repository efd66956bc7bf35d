"""Following a network's convolutions while it runs, and letting them go on below rows that are known already."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeAlias

import torch
from torch import Tensor, nn

Key: TypeAlias = tuple[int, int]
"""A convolution by its number in the network, and how often it has been called before in this run."""

Convolve: TypeAlias = Callable[[Tensor], Tensor]


LEAST_VALUES = 20_481
"""On a processor, torch convolves smaller inputs of float32 itself and not with oneDNN: their sums are others."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """What a convolution does with rows.

    Attributes:
        stride: Rows of its input for one of its result.
        padding: Rows that are put above its input.
        length: Rows of its input that one of its result sees.
    """

    stride: int
    padding: int
    length: int

    @classmethod
    def of(cls, module: nn.Conv2d) -> Kernel:
        """The kernel of a module."""
        length = (module.kernel_size[0] - 1) * module.dilation[0] + 1
        padding = module.padding
        if isinstance(padding, str):
            return cls(module.stride[0], (length - 1) // 2 if padding == "same" else 0, length)
        return cls(module.stride[0], padding[0], length)

    @property
    def spoilt(self) -> int:
        """Rows of the result, from the first on, that see what is put above the input."""
        return -(-self.padding // self.stride)

    @property
    def context(self) -> int:
        """Rows above the input from which those are computed as they should be."""
        return self.spoilt * self.stride

    def mend(self, result: Tensor, rows: Tensor, above: Tensor, convolve: Convolve) -> None:
        """Computes the first rows of a result again, with the rows `above` the input instead of nothing."""
        if self.spoilt:
            seen = (self.spoilt - 1) * self.stride - self.padding + self.length
            seen = max(seen, -(-LEAST_VALUES // rows[0, :, 0].numel()))
            again = convolve(torch.cat([above, rows[:, :, :seen]], dim=2))
            result[:, :, : self.spoilt] = again[:, :, self.spoilt : 2 * self.spoilt]


class Watch(Protocol):
    """Takes part in the run of a network."""

    def convolved(self, key: Key, kernel: Kernel, rows: Tensor, convolve: Convolve) -> Tensor:
        """The result for the input `rows` (1, C, H, W) of a convolution; `convolve` is what the module does."""
        ...


@contextmanager
def watched(network: nn.Module, watch: Watch) -> Iterator[None]:
    """Within it, each `nn.Conv2d` of the network asks `watch` for its result."""
    modules = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    calls: Counter[int] = Counter()

    def forward(number: int, kernel: Kernel, convolve: Convolve, rows: Tensor) -> Tensor:
        key = number, calls[number]
        calls[number] += 1
        return watch.convolved(key, kernel, rows, convolve)

    before = [vars(module).get("forward") for module in modules]
    for number, module in enumerate(modules):
        vars(module)["forward"] = functools.partial(forward, number, Kernel.of(module), module.forward)
    try:
        yield
    finally:
        for module, own in zip(modules, before, strict=True):
            if own is None:
                del vars(module)["forward"]
            else:
                vars(module)["forward"] = own


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """What a convolution needs to go on: the rows above, and how many it has, and values, for one of the image."""

    rows: Tensor  # (1, C, n, W)
    share: Fraction
    values: Fraction


@dataclass(eq=False, slots=True)
class GoingOn:
    """Lets convolutions go on below what was computed before, and keeps what they need to go on later.

    Attributes:
        above: What was kept before, by convolution; None where nothing was computed.
        height_px: Rows of the image that the network is given.
        keep_at_px: A row of it where a later run may begin; None where none will.
        kept: What that run needs.
    """

    above: dict[Key, Kept] | None
    height_px: int
    keep_at_px: int | None
    kept: dict[Key, Kept] = field(default_factory=dict)

    def convolved(self, key: Key, kernel: Kernel, rows: Tensor, convolve: Convolve) -> Tensor:
        """What the convolution makes of its input together with what was above it."""
        result = convolve(rows)
        if self.above is not None:
            kernel.mend(result, rows, self.above[key].rows, convolve)
        if self.keep_at_px is not None:
            share = Fraction(rows.shape[2], self.height_px)
            at = int(share * self.keep_at_px)
            above = rows[:, :, at - kernel.context : at].clone()
            self.kept[key] = Kept(above, share, Fraction(rows.numel(), self.height_px))
        return result


def smallest(kept: dict[Key, Kept], height_px: int) -> Fraction:
    """How many values the smallest input of a convolution has, for an image of that height."""
    return min(each.values for each in kept.values()) * height_px
