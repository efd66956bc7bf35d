"""How large a picture becomes: by a factor, in pixels, or on paper."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Size
from imagetool.core.picture import MAX_PIXELS

LEAST_FACTOR, MOST_FACTOR = 1.1, 8.0
"""A picture becomes at least and at most so many times as wide and high; one side may stay as it is."""

CM_PER_INCH = 2.54

_PRINT = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)x(\d{1,5}(?:\.\d{1,4})?)(cm|mm|in)(?:@(\d{1,5}))?")
_PIXELS = re.compile(r"(\d{1,6})?x(\d{1,6})?")
DEFAULT_DPI = 300


class BadSize(ImagetoolError):
    """A size that cannot be read, or cannot be reached."""


@dataclass(frozen=True, slots=True)
class PrintSize:
    """A sheet of paper in inches, and how many pixels are printed on one inch."""

    width_in: float
    height_in: float
    dpi: int

    def size_of(self, picture: Size) -> Size:
        """The pixels of a picture that fits on the sheet and keeps its shape."""
        fit = min(self.width_in * self.dpi / picture.width, self.height_in * self.dpi / picture.height)
        return by_factor(picture, fit)


def by_factor(picture: Size, factor: float) -> Size:
    """A picture's size, `factor` times as large; at least one pixel."""
    return Size(max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))


def read_size(text: str, picture: Size) -> Size:
    """`1200x800`, or `1200x` and `x800`, which keep the picture's shape.

    Raises:
        BadSize: where it is none of these.
    """
    match = _PIXELS.fullmatch(text)
    width, height = (int(part) if part else None for part in match.groups()) if match else (None, None)
    if width and height:
        return Size(width, height)
    if width and height is None:
        return by_factor(picture, width / picture.width)
    if height and width is None:
        return by_factor(picture, height / picture.height)
    raise BadSize(f"“{text:.40}” is no size. Give width x height in pixels, such as 1200x800, 1200x or x800.")


def read_print_size(text: str) -> PrintSize:
    """`30x20cm@300`: width x height in cm, mm or in, then pixels per inch, 300 where they are left out.

    Raises:
        BadSize: where it is none of these.
    """
    match = _PRINT.fullmatch(text)
    if match:
        per_inch = {"cm": CM_PER_INCH, "mm": 10 * CM_PER_INCH, "in": 1.0}[match[3]]
        dpi = int(match[4] or DEFAULT_DPI)
        sheet = PrintSize(float(match[1]) / per_inch, float(match[2]) / per_inch, dpi)
        if sheet.width_in > 0 and sheet.height_in > 0 and dpi > 0:
            return sheet
    raise BadSize(f"“{text:.40}” is no print size. Give width x height, unit and dpi, such as 30x20cm@300.")


def check_factor(picture: Size, target: Size) -> None:
    """Whether a picture can be made so large.

    Raises:
        BadSize: where a side would shrink, none would grow by `LEAST_FACTOR`, or one by more than `MOST_FACTOR`.
    """
    factors = target.width / picture.width, target.height / picture.height
    rounding = 0.5 / min(picture)  # sizes are whole pixels
    if min(factors) < 1 or not LEAST_FACTOR - rounding <= max(factors) <= MOST_FACTOR + rounding:
        raise BadSize(
            f"{target} pixels is not {LEAST_FACTOR:g} to {MOST_FACTOR:g} times as large as the picture, "
            f"which has {picture}. Choose another size."
        )
    if target.pixels > MAX_PIXELS:
        raise BadSize(
            f"{target} pixels are {target.pixels / 1e6:.0f} megapixels; no more than {MAX_PIXELS / 1e6:.0f} "
            "can be opened again. Choose a smaller size."
        )


def factor_of(picture: Size, target: Size) -> float:
    """How many times larger, along the side that grows more."""
    return max(target.width / picture.width, target.height / picture.height)


def printed_cm(size: Size, dpi: float) -> tuple[float, float]:
    """Width and height on paper in centimetres; infinite where dpi is 0."""
    per_cm = dpi / CM_PER_INCH
    return (size.width / per_cm, size.height / per_cm) if per_cm else (math.inf, math.inf)
