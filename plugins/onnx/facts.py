"""What must be known to run a graph on a picture; found when it is installed, kept in the file itself."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from torch import Tensor

KEY = "imagetool"
"""Of the facts among the file's metadata."""

MOST_SCALE = 16
_MOST_PX = 16_384


class Layout(StrEnum):
    """The order of the axes."""

    NCHW = "NCHW"
    NHWC = "NHWC"


class Values(StrEnum):
    """Which numbers mean black and white."""

    UNIT = "0–1"
    BYTES = "0–255"
    SIGNED = "−1–1"

    def encoded(self, image: Tensor) -> Tensor:
        """From [0, 1]."""
        match self:
            case Values.BYTES:
                return image * 255
            case Values.SIGNED:
                return image * 2 - 1
        return image

    def decoded(self, image: Tensor) -> Tensor:
        """To [0, 1]."""
        match self:
            case Values.BYTES:
                return image / 255
            case Values.SIGNED:
                return (image + 1) / 2
        return image


@dataclass(frozen=True, slots=True)
class Plane:
    """One end of the graph: `numbers` as NumPy calls them, `channels` 1 (luma), 3 (RGB) or 4 (RGB and opacity)."""

    name: str
    numbers: str
    layout: Layout
    channels: int
    values: Values


@dataclass(frozen=True, slots=True)
class Facts:
    """How to run a graph.

    Attributes:
        picture: What it takes.
        result: What it returns; `output` is its place among the outputs.
        mask: For inpainting; `hole_is_high` says whether the hole is 1 in it.
        scale: The result is this many times larger.
        fixed: (height, width), where it takes no other size.
        multiple_of: The sides of what it takes.
        least_px: The shortest side it takes.
        overlap_px: How far around a pixel its result depends on the picture.
    """

    picture: Plane
    result: Plane
    output: int = 0
    mask: Plane | None = None
    hole_is_high: bool = True
    scale: int = 1
    fixed: tuple[int, int] | None = None
    multiple_of: int = 1
    least_px: int = 1
    overlap_px: int = 32

    def text(self) -> str:
        """As JSON."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def read(cls, text: str) -> Facts:
        """From JSON that somebody else may have written.

        Raises:
            ValueError: where it is anything but facts.
        """
        try:
            table = json.loads(text)
            facts = cls(
                picture=_plane(table["picture"]),
                result=_plane(table["result"]),
                output=_whole(table["output"], 0, 1000),
                mask=None if table["mask"] is None else _plane(table["mask"]),
                hole_is_high=bool(table["hole_is_high"]),
                scale=_whole(table["scale"], 1, MOST_SCALE),
                fixed=None if table["fixed"] is None else _pair(table["fixed"]),
                multiple_of=_whole(table["multiple_of"], 1, 1024),
                least_px=_whole(table["least_px"], 1, _MOST_PX),
                overlap_px=_whole(table["overlap_px"], 0, _MOST_PX),
            )
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError(str(error)) from None
        if facts.picture.channels != facts.result.channels:
            raise ValueError("the result has other channels")
        return facts


def _plane(table: Mapping[str, Any]) -> Plane:
    numbers = table["numbers"]
    if numbers not in ("float32", "float16", "float64", "uint8", "bool"):
        raise ValueError(f"numbers {numbers!r}")
    if table["channels"] not in (1, 3, 4):
        raise ValueError(f"channels {table['channels']!r}")
    return Plane(
        str(table["name"]), numbers, Layout(table["layout"]), int(table["channels"]), Values(table["values"])
    )


def _pair(sides: list[Any]) -> tuple[int, int]:
    height, width = sides
    return _whole(height, 1, _MOST_PX), _whole(width, 1, _MOST_PX)


def _whole(value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{value!r} is not from {least} to {most}")
    return value
