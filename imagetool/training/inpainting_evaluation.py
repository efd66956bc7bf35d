"""Compares inpainting methods on photos with holes drawn at random, in figures and in one picture."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size
from imagetool.training.masks import random_mask
from imagetool.training.measures import psnr_in, ssim_in, texture_distance

Picture: TypeAlias = npt.NDArray[np.uint8]
Method: TypeAlias = Callable[[Picture, Picture], Picture]

OPENCV_RADIUS_PX = 5
"""How far OpenCV's methods look around a pixel."""

HOLE_COLOUR = (255, 0, 255)
"""RGB of the hole in a contact sheet."""

GAP_PX = 8
"""White space between the pictures of a contact sheet."""


@dataclass(frozen=True)
class Row:
    """What one method did with one hole.

    Attributes:
        method: Name of the method.
        kind: Kind of the mask, or "all" in a mean.
        photo: Name of the photo, or "mean".
        psnr_db: PSNR in the hole.
        ssim: SSIM in the hole.
        texture: Texture distance in the hole, 0 for the truth.
        seconds: Wall-clock time of the call.
    """

    method: str
    kind: str
    photo: str
    psnr_db: float
    ssim: float
    texture: float
    seconds: float


def telea(image: Picture, mask: Picture) -> Picture:
    """OpenCV's method of Telea 2004; image (H, W, 3) uint8, mask (H, W) uint8, painted where above 0."""
    return np.asarray(cv2.inpaint(image, mask, OPENCV_RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


def navier_stokes(image: Picture, mask: Picture) -> Picture:
    """OpenCV's method of Bertalmio et al. 2001; image (H, W, 3) uint8, mask (H, W) uint8."""
    return np.asarray(cv2.inpaint(image, mask, OPENCV_RADIUS_PX, cv2.INPAINT_NS), np.uint8)


RIVALS: Mapping[str, Method] = {"telea": telea, "navier-stokes": navier_stokes}
"""The methods every other one is compared with."""


def mask_for(kind: str, photo: str, image: Picture, seed: int) -> Picture:
    """Draws the mask (H, W) uint8 of a photo, which depends only on its name, its size, the kind and the seed."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{kind}/{photo}".encode())])
    return random_mask(kind, Size(image.shape[1], image.shape[0]), rng)


def evaluate(
    methods: Mapping[str, Method], photos: Iterable[tuple[str, Picture]], kinds: Sequence[str], seed: int
) -> list[Row]:
    """Measures every method on every photo with one mask of every kind.

    Args:
        methods: By name; each takes (image, mask) and returns the filled image.
        photos: Pairs of a name and an image (H, W, 3) uint8 RGB; may be a generator.
        kinds: Kinds of masks, keys of `masks.KINDS`.
        seed: Of the masks.
    """
    rows = []
    for photo, image in photos:
        for kind in kinds:
            mask = mask_for(kind, photo, image, seed)
            rows += [_measured(name, methods[name], kind, photo, image, mask) for name in methods]
    return rows


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean row of every kind and method, in the order in which they first appear."""
    groups = dict.fromkeys((row.kind, row.method) for row in rows)
    return [_mean([row for row in rows if (row.kind, row.method) == group]) for group in groups]


def wins(rows: Sequence[Row], method: str, kind: str) -> tuple[int, int]:
    """On how many photos, of how many, a method's texture is closer to the truth than that of all others."""
    photos = dict.fromkeys(row.photo for row in rows if row.kind == kind)
    best = [min((r for r in rows if (r.kind, r.photo) == (kind, p)), key=lambda r: r.texture) for p in photos]
    return sum(row.method == method for row in best), len(best)


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    head = (
        "| masks | method | photo | PSNR dB | SSIM | texture distance | seconds |\n|---|---|---|---|---|---|---|"
    )
    lines = [
        f"| {row.kind} | {row.method} | {row.photo} "
        f"| {row.psnr_db:.2f} | {row.ssim:.4f} | {row.texture:.4f} | {row.seconds:.2f} |"
        for row in rows
    ]
    return "\n".join([head, *lines])


def contact_sheet(image: Picture, mask: Picture, methods: Mapping[str, Method]) -> Picture:
    """Puts side by side the truth, the picture with the hole coloured, and what each method makes of it.

    Args:
        image: (H, W, 3) uint8 RGB.
        mask: (H, W) uint8, painted where above 0.
        methods: By name, in the order of the sheet.

    Returns:
        (H, W', 3) uint8 RGB; several sheets of the same width can be stacked.
    """
    marked = np.where(mask[..., None] > 0, np.array(HOLE_COLOUR, np.uint8), image)
    blanked = np.where(mask[..., None] > 0, np.uint8(0), image)
    gap = np.full((image.shape[0], GAP_PX, 3), 255, np.uint8)
    pictures = [image, marked, *(fill(blanked, mask) for fill in methods.values())]
    return np.hstack([part for picture in pictures for part in (picture, gap)][:-1])


def _measured(name: str, fill: Method, kind: str, photo: str, image: Picture, mask: Picture) -> Row:
    """Runs a method on a picture whose hole is black, so that it cannot see the truth."""
    hole = mask > 0
    blanked = np.where(hole[..., None], np.uint8(0), image)
    start_s = time.perf_counter()
    filled = fill(blanked, mask)
    seconds = time.perf_counter() - start_s
    return Row(
        method=name,
        kind=kind,
        photo=photo,
        psnr_db=psnr_in(hole, image, filled),
        ssim=ssim_in(hole, image, filled),
        texture=texture_distance(hole, image, filled),
        seconds=seconds,
    )


def _mean(rows: Sequence[Row]) -> Row:
    return Row(
        method=rows[0].method,
        kind=rows[0].kind,
        photo="mean",
        psnr_db=fmean(row.psnr_db for row in rows),
        ssim=fmean(row.ssim for row in rows),
        texture=fmean(row.texture for row in rows),
        seconds=fmean(row.seconds for row in rows),
    )
