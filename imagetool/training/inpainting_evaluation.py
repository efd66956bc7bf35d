"""Compares inpainting methods on photos with holes in them, in figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size
from imagetool.training.mask_sets import Masks
from imagetool.training.measures import psnr_in, ssim_in, texture_distance
from imagetool.training.perceptual import likeness

Picture: TypeAlias = npt.NDArray[np.uint8]
Method: TypeAlias = Callable[[Picture, Picture], Picture]

OPENCV_RADIUS_PX = 5
"""How far OpenCV's methods look around a pixel."""

EVERY_KIND = "all"
"""What the mean over kinds of masks is called."""


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
        haarpsi: HaarPSI of the whole picture, 1 for the truth.
        gmsd: GMSD of the whole picture, 0 for the truth.
        ms_ssim: MS-SSIM of the whole picture, 1 for the truth.
        seconds: Wall-clock time of the call.
    """

    method: str
    kind: str
    photo: str
    psnr_db: float
    ssim: float
    texture: float
    haarpsi: float
    gmsd: float
    ms_ssim: float
    seconds: float


FIGURES = ("psnr_db", "ssim", "texture", "haarpsi", "gmsd", "ms_ssim", "seconds")
"""The numbers of a row."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One hole in one photo, and what the methods made of it.

    Attributes:
        photo: Name of the photo.
        kind: Kind of the mask.
        image: The photo (H, W, 3) uint8 RGB.
        mask: (H, W) uint8, painted where above 0.
        filled: The filled photo by the name of the method, in the order of the methods.
        seconds: Wall-clock time of each call.
    """

    photo: str
    kind: str
    image: Picture
    mask: Picture
    filled: Mapping[str, Picture]
    seconds: Mapping[str, float]


def telea(image: Picture, mask: Picture) -> Picture:
    """OpenCV's method of Telea 2004; image (H, W, 3) uint8, mask (H, W) uint8, painted where above 0."""
    return np.asarray(cv2.inpaint(image, mask, OPENCV_RADIUS_PX, cv2.INPAINT_TELEA), np.uint8)


def navier_stokes(image: Picture, mask: Picture) -> Picture:
    """OpenCV's method of Bertalmio et al. 2001; image (H, W, 3) uint8, mask (H, W) uint8."""
    return np.asarray(cv2.inpaint(image, mask, OPENCV_RADIUS_PX, cv2.INPAINT_NS), np.uint8)


RIVALS: Mapping[str, Method] = {"telea": telea, "navier-stokes": navier_stokes}
"""The methods every other one is compared with."""


def trial(methods: Mapping[str, Method], photo: str, kind: str, image: Picture, mask: Picture) -> Trial:
    """Lets every method fill a hole, which is black before, so that no method can see the truth.

    Args:
        methods: By name; each takes (image, mask) and returns the filled image.
        photo: Name of the photo.
        kind: Kind of the mask.
        image: (H, W, 3) uint8 RGB.
        mask: (H, W) uint8, painted where above 0.
    """
    blanked = np.where(mask[..., None] > 0, np.uint8(0), image)
    filled, seconds = {}, {}
    for name, fill in methods.items():
        start_s = time.perf_counter()
        filled[name] = fill(blanked, mask)
        seconds[name] = time.perf_counter() - start_s
    return Trial(photo, kind, image, mask, filled, seconds)


def trials(
    methods: Mapping[str, Method], photos: Iterable[tuple[str, Picture]], kinds: Sequence[str], masks: Masks
) -> Iterator[Trial]:
    """Lets every method fill one hole of every kind in every photo, one after the other.

    Args:
        methods: As `trial`.
        photos: Pairs of a name and an image (H, W, 3) uint8 RGB; may be a generator.
        kinds: Kinds of masks, keys of `masks.KINDS`.
        masks: Where the holes come from.
    """
    for photo, image in photos:
        for kind in kinds:
            mask = masks(kind, photo, Size(image.shape[1], image.shape[0]))
            yield trial(methods, photo, kind, image, mask)


def measured(done: Trial) -> list[Row]:
    """The figures of every method in a trial, in the order of the methods.

    Raises:
        MeasureMissing: where piq is not installed.
    """
    return [_measured(done, name) for name in done.filled]


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean row of every kind and method, in the order in which they first appear, then over all kinds."""
    groups = dict.fromkeys((row.kind, row.method) for row in rows)
    by_kind = [_mean([row for row in rows if (row.kind, row.method) == group], group[0]) for group in groups]
    if len({kind for kind, _ in groups}) < 2:
        return by_kind
    methods = dict.fromkeys(method for _, method in groups)
    over_all = [_mean([row for row in by_kind if row.method == method], EVERY_KIND) for method in methods]
    return by_kind + over_all


def wins(rows: Sequence[Row], method: str, kind: str) -> tuple[int, int]:
    """On how many photos, of how many, a method's texture is closer to the truth than that of all others."""
    photos = dict.fromkeys(row.photo for row in rows if row.kind == kind)
    best = [min((r for r in rows if (r.kind, r.photo) == (kind, p)), key=lambda r: r.texture) for p in photos]
    return sum(row.method == method for row in best), len(best)


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    head = (
        "| masks | method | photo | PSNR dB | SSIM | texture distance | HaarPSI | GMSD | MS-SSIM | seconds |\n"
        "|---|---|---|---|---|---|---|---|---|---|"
    )
    lines = [
        f"| {row.kind} | {row.method} | {row.photo} | {row.psnr_db:.2f} | {row.ssim:.4f} | {row.texture:.4f} "
        f"| {row.haarpsi:.4f} | {row.gmsd:.4f} | {row.ms_ssim:.4f} | {row.seconds:.2f} |"
        for row in rows
    ]
    return "\n".join([head, *lines])


def _measured(done: Trial, method: str) -> Row:
    hole, filled = done.mask > 0, done.filled[method]
    whole = likeness(done.image, filled)
    return Row(
        method=method,
        kind=done.kind,
        photo=done.photo,
        psnr_db=psnr_in(hole, done.image, filled),
        ssim=ssim_in(hole, done.image, filled),
        texture=texture_distance(hole, done.image, filled),
        haarpsi=whole.haarpsi,
        gmsd=whole.gmsd,
        ms_ssim=whole.ms_ssim,
        seconds=done.seconds[method],
    )


def _mean(rows: Sequence[Row], kind: str) -> Row:
    figures = {name: fmean(getattr(row, name) for row in rows) for name in FIGURES}
    return Row(method=rows[0].method, kind=kind, photo="mean", **figures)
