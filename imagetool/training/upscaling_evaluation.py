"""Compares ways to enlarge pictures: made smaller as MATLAB does it, enlarged again, measured on the luma."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from imagetool.core.geometry import Size
from imagetool.kit.resampling import CUBIC, LANCZOS3, Kernel, resize
from imagetool.training.degradations import worn_photo
from imagetool.training.errors import PhotoTooSmall
from imagetool.training.measures import ssim_of
from imagetool.training.psnr import luma, psnr_y_db

Picture: TypeAlias = npt.NDArray[np.uint8]
Method: TypeAlias = Callable[[Picture, int], Picture | None]

GAP_PX = 8
"""White space between the pictures of a contact sheet."""


@dataclass(frozen=True)
class Row:
    """What one method did with one picture.

    Attributes:
        method: Name of the method.
        scale: The factor.
        photo: Name of the picture, or "mean".
        psnr_db: PSNR of the luma (BT.601, video range), a border of `scale` pixels cut.
        ssim: SSIM of the same.
        seconds: Wall-clock time of the call.
    """

    method: str
    scale: int
    photo: str
    psnr_db: float
    ssim: float
    seconds: float


def resampled(picture: Picture, size: Size, kernel: Kernel) -> Picture:
    """A picture (H, W, 3) uint8 in another size, rounded."""
    image = torch.tensor(picture).permute(2, 0, 1)[None].double()
    made = resize(image, size, kernel)[0].round().clamp(0, 255).byte()
    return made.permute(1, 2, 0).numpy()


def _classic(kernel: Kernel) -> Method:
    def enlarge(picture: Picture, scale: int) -> Picture:
        return resampled(picture, Size(picture.shape[1] * scale, picture.shape[0] * scale), kernel)

    return enlarge


RIVALS: Mapping[str, Method] = {"bicubic": _classic(CUBIC), "lanczos": _classic(LANCZOS3)}
"""What every method is compared with."""


def evaluate(
    methods: Mapping[str, Method],
    photos: Iterable[tuple[str, Picture]],
    scales: Sequence[int],
    *,
    as_worn: bool = False,
) -> list[Row]:
    """Measures every method on every picture by every factor; a method that answers None is left out there.

    Args:
        methods: By name; each takes (h, w, 3) uint8 and a factor and returns (factor·h, factor·w, 3) uint8.
        photos: Pairs of a name and (H, W, 3) uint8 RGB; sides are cut to a multiple of the factor.
        scales: The factors.
        as_worn: Whether pictures are made worse, too, as photo models are trained; how depends on their names.

    Raises:
        PhotoTooSmall: where nothing of a picture is left inside the border that is cut.
    """
    rows = []
    for photo, picture in photos:
        for scale in scales:
            truth = _cut(picture, scale)
            if min(truth.shape[:2]) <= 2 * scale:
                raise PhotoTooSmall(photo, scale)
            small = worn_photo(truth, scale, zlib.crc32(photo.encode())) if as_worn else smaller(truth, scale)
            made = [_measured(name, methods[name], photo, truth, small, scale) for name in methods]
            rows += [row for row in made if row]
    return rows


def smaller(picture: Picture, scale: int) -> Picture:
    """A picture whose sides are multiples of `scale`, made smaller by it, as the benchmarks do."""
    return resampled(picture, Size(picture.shape[1] // scale, picture.shape[0] // scale), CUBIC)


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean row of every factor and method, by factor, then in the order of the methods."""
    groups = dict.fromkeys((row.scale, row.method) for row in sorted(rows, key=lambda row: row.scale))
    return [_mean([row for row in rows if (row.scale, row.method) == group]) for group in groups]


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    head = "| scale | method | PSNR dB | SSIM | seconds |\n|---|---|---|---|---|"
    lines = [f"| {r.scale} | {r.method} | {r.psnr_db:.2f} | {r.ssim:.4f} | {r.seconds:.2f} |" for r in rows]
    return "\n".join([head, *lines])


def contact_sheet(picture: Picture, scale: int, methods: Mapping[str, Method], side_px: int = 240) -> Picture:
    """Puts side by side the middle of what each method makes, and the truth; (H, W', 3) uint8."""
    truth = _cut(picture, scale)
    small = smaller(truth, scale)
    return _beside_each_other([*_all(methods, small, scale), truth], side_px)


def enlarged_sheet(picture: Picture, scale: int, methods: Mapping[str, Method], side_px: int = 240) -> Picture:
    """The same for a picture as it is, without a truth: first its own pixels, then what each method makes."""
    pixels = picture.repeat(scale, axis=0).repeat(scale, axis=1)
    return _beside_each_other([pixels, *_all(methods, picture, scale)], side_px)


def _all(methods: Mapping[str, Method], small: Picture, scale: int) -> list[Picture]:
    made = (method(small, scale) for method in methods.values())
    return [enlarged for enlarged in made if enlarged is not None]


def _beside_each_other(pictures: list[Picture], side_px: int) -> Picture:
    gap = np.full((min(side_px, pictures[0].shape[0]), GAP_PX, 3), 255, np.uint8)
    return np.hstack([part for whole in pictures for part in (_middle(whole, side_px), gap)][:-1])


def _middle(picture: Picture, side_px: int) -> Picture:
    top, left = (max(0, (side - side_px) // 2) for side in picture.shape[:2])
    return picture[top : top + side_px, left : left + side_px]


def _cut(picture: Picture, scale: int) -> Picture:
    height, width = (side // scale * scale for side in picture.shape[:2])
    return np.ascontiguousarray(picture[:height, :width])


def _measured(name: str, method: Method, photo: str, truth: Picture, small: Picture, scale: int) -> Row | None:
    start_s = time.perf_counter()
    made = method(small, scale)
    seconds = time.perf_counter() - start_s
    if made is None:
        return None
    inner = slice(scale, -scale), slice(scale, -scale)
    return Row(
        method=name,
        scale=scale,
        photo=photo,
        psnr_db=psnr_y_db(truth, made, scale),
        ssim=float(ssim_of(luma(truth)[inner], luma(made)[inner]).mean()),
        seconds=seconds,
    )


def _mean(rows: Sequence[Row]) -> Row:
    return Row(
        method=rows[0].method,
        scale=rows[0].scale,
        photo="mean",
        psnr_db=fmean(row.psnr_db for row in rows),
        ssim=fmean(row.ssim for row in rows),
        seconds=fmean(row.seconds for row in rows),
    )
