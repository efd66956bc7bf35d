"""What the command line points at: points and a box, in pixels of the picture."""

from __future__ import annotations

import argparse
import re

from imagetool.cli.errors import UsageError
from imagetool.core.geometry import Point, Rect, Size
from imagetool.plugin.models import Prompt

_POINT = re.compile(r"(\d{1,6}(?:\.\d{1,4})?),(\d{1,6}(?:\.\d{1,4})?)", re.ASCII)
_BOX = re.compile(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})", re.ASCII)


def read_prompt(options: argparse.Namespace, size: Size) -> Prompt:
    """From `--point`, `--not-point` and `--box`.

    Raises:
        UsageError: where there is none of them, one cannot be read, or lies outside the picture.
    """
    prompt = Prompt(
        wanted=tuple(_point(text, size) for text in options.point),
        unwanted=tuple(_point(text, size) for text in options.not_point),
        box=_box(options.box, size) if options.box else None,
    )
    if not prompt.wanted and prompt.box is None:
        raise UsageError("Selecting needs --point X,Y on the thing, or --box LEFT,TOP,RIGHT,BOTTOM around it.")
    return prompt


def _point(text: str, size: Size) -> Point:
    match = _POINT.fullmatch(text)
    if not match:
        raise UsageError(f"“{text:.40}” is no point. Give x,y in pixels, such as 120,80.")
    point = Point(float(match[1]), float(match[2]))
    if point.x > size.width or point.y > size.height:
        raise UsageError(f"The point {text} lies outside the picture of {size} pixels.")
    return point


def _box(text: str, size: Size) -> Rect:
    match = _BOX.fullmatch(text)
    rect = Rect(*(int(part) for part in match.groups())) if match else Rect(0, 0, 0, 0)
    if rect.empty or rect.restrict(Rect.of_size(size)) != rect:
        raise UsageError(f"“{text:.60}” is no box inside the picture. Give left,top,right,bottom in pixels.")
    return rect
