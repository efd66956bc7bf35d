"""Compares ways to denoise pictures: made worse by noise or compression, denoised, measured."""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from imagetool.kit.luminance import WEIGHTS
from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.training.camera import with_camera_noise
from imagetool.training.objective import Randomness
from imagetool.training.psnr import psnr_rgb_db, psnr_y_db

Picture: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.float32]
"""(H, W, 3) RGB, 0 to 1 but for the noise."""

Method: TypeAlias = Callable[[Floats, float | None], Floats | None]
"""Takes a picture and the level of its noise in steps of 1/255, None where it has other damage."""

GAP_PX = 8
"""White space between the pictures of a contact sheet."""

AS_IT_IS = "as it is"
"""The row of the pictures before anything has been done to them."""


class Damage(Protocol):
    """What is done to a picture, and how what is left of it is measured."""

    @property
    def name(self) -> str:
        """As it stands above a column."""
        ...

    @property
    def sigma_255(self) -> float | None:
        """What methods that must know the noise are told."""
        ...

    def applied(self, photo: str, truth: Picture) -> Floats:
        """The picture made worse; always alike for the same name."""
        ...

    def psnr_db(self, truth: Picture, made: Floats) -> float:
        """The measure; `made` is cut at 0 and 1, and not rounded."""
        ...


@dataclass(frozen=True, slots=True)
class Noise:
    """White Gaussian noise; on floats and never cut, as papers have it, or as a file of 8 bit holds it.

    In `gray` noise the three colours of a pixel are alike.
    """

    sigma_255: float
    as_file: bool = False
    gray: bool = False

    @property
    def name(self) -> str:
        """Such as “sigma 25”."""
        return f"sigma {self.sigma_255:g}"

    def applied(self, photo: str, truth: Picture) -> Floats:
        """The noise of a photo depends on its name alone, and is scaled to the level."""
        rng = np.random.default_rng(zlib.crc32(photo.encode()))
        shape = (*truth.shape[:2], 1) if self.gray else truth.shape
        noise = rng.standard_normal(shape, np.float32) * np.float32(self.sigma_255 / 255)
        noisy: Floats = as_floats(truth) + noise
        return as_floats(as_eight_bit(noisy)) if self.as_file else noisy

    def psnr_db(self, truth: Picture, made: Floats) -> float:
        """Over R, G and B."""
        return psnr_rgb_db(truth, made * 255)


@dataclass(frozen=True, slots=True)
class Compression:
    """Pillow's JPEG of a quality, with halved colour as cameras save it."""

    quality: int

    @property
    def name(self) -> str:
        """Such as “JPEG 10”."""
        return f"JPEG {self.quality}"

    @property
    def sigma_255(self) -> float | None:
        """None: it is no noise."""
        return None

    def applied(self, photo: str, truth: Picture) -> Floats:  # noqa: ARG002 - nothing is left to chance
        """The picture after compression."""
        file = io.BytesIO()
        Image.fromarray(truth).save(file, "JPEG", quality=self.quality)
        with Image.open(file) as image:
            return as_floats(np.asarray(image))

    def psnr_db(self, truth: Picture, made: Floats) -> float:
        """Of the luma (BT.601, video range)."""
        return psnr_y_db(truth, made * 255, border_px=0)


@dataclass(frozen=True, slots=True)
class CameraNoise:
    """The noise of a simulated camera, different for each photo; a `quality` is that of its JPEG."""

    quality: int | None = None

    @property
    def name(self) -> str:
        """Such as “camera, JPEG 80”."""
        return "camera" if self.quality is None else f"camera, JPEG {self.quality}"

    @property
    def sigma_255(self) -> float | None:
        """None: it has no one level."""
        return None

    def applied(self, photo: str, truth: Picture) -> Floats:
        """The picture as such a camera would have saved it; the camera depends on the photo's name alone."""
        cpu = torch.device("cpu")
        noisy = with_camera_noise(to_tensor(truth, cpu), Randomness(zlib.crc32(photo.encode()), 0, 0, cpu))
        taken = to_pixels(noisy, np.dtype(np.uint8))
        return as_floats(taken) if self.quality is None else Compression(self.quality).applied(photo, taken)

    def psnr_db(self, truth: Picture, made: Floats) -> float:
        """Over R, G and B."""
        return psnr_rgb_db(truth, made * 255)


@dataclass(frozen=True)
class Row:
    """What one method did with one picture.

    Attributes:
        method: Name of the method.
        damage: What had been done to the picture.
        photo: Name of the picture, or "mean".
        psnr_db: As the damage is measured.
        seconds: Wall-clock time of the call.
    """

    method: str
    damage: str
    photo: str
    psnr_db: float
    seconds: float


def without_colour(picture: Picture) -> Picture:
    """The picture in grays: its luma (BT.601), three times."""
    return np.repeat(as_eight_bit(as_floats(picture) @ np.array(WEIGHTS, np.float32))[..., None], 3, axis=2)


def as_floats(picture: Picture) -> Floats:
    """A picture (H, W, 3) uint8 in 0 to 1."""
    return picture.astype(np.float32) / np.float32(255)


def as_eight_bit(picture: Floats) -> Picture:
    """Cut at 0 and 1 and rounded."""
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)


def evaluate(
    methods: Mapping[str, Method], photos: Iterable[tuple[str, Picture]], damages: Sequence[Damage]
) -> list[Row]:
    """Measures every method on every picture with every damage; a method that answers None is left out there.

    Args:
        methods: By name; each must leave what it is given as it is.
        photos: Pairs of a name and (H, W, 3) uint8 RGB; may be a generator.
        damages: What is done to the pictures.
    """
    rows = []
    for photo, truth in photos:
        for damage in damages:
            damaged = damage.applied(photo, truth)
            rows.append(Row(AS_IT_IS, damage.name, photo, _measured(damage, truth, damaged), 0.0))
            for name, method in methods.items():
                start_s = time.perf_counter()
                made = method(damaged, damage.sigma_255)
                seconds = time.perf_counter() - start_s
                if made is not None:
                    rows.append(Row(name, damage.name, photo, _measured(damage, truth, made), seconds))
    return rows


def means(rows: Sequence[Row]) -> list[Row]:
    """The mean row of every damage and method, in the order in which they first appear."""
    groups = dict.fromkeys((row.damage, row.method) for row in rows)
    return [_mean([row for row in rows if (row.damage, row.method) == group]) for group in groups]


def table(rows: Sequence[Row]) -> str:
    """Mean rows as a Markdown table: PSNR in dB of each method for each damage, and its seconds for a picture."""
    damages = list(dict.fromkeys(row.damage for row in rows))
    lines = [f"| PSNR dB | {' | '.join(damages)} | seconds |", "| --- " * (len(damages) + 2) + "|"]
    for method in dict.fromkeys(row.method for row in rows):
        own = {row.damage: row for row in rows if row.method == method}
        cells = [f"{own[damage].psnr_db:.2f}" if damage in own else "–" for damage in damages]
        seconds = fmean(row.seconds for row in own.values())
        lines.append(f"| {method} | {' | '.join(cells)} | {seconds:.2f} |")
    return "\n".join(lines)


def contact_sheet(
    photo: str, truth: Picture, damage: Damage, methods: Mapping[str, Method], side_px: int = 240
) -> Picture:
    """The middle of a picture made worse, of what each method makes of it, and of the truth; (H, W', 3) uint8."""
    damaged = damage.applied(photo, truth)
    made = (method(damaged, damage.sigma_255) for method in methods.values())
    pictures = [as_eight_bit(picture) for picture in (damaged, *made) if picture is not None]
    crops = [_middle(picture, side_px) for picture in (*pictures, truth)]
    gap = np.full((crops[0].shape[0], GAP_PX, 3), 255, np.uint8)
    return np.hstack([part for crop in crops for part in (crop, gap)][:-1])


def _measured(damage: Damage, truth: Picture, made: Floats) -> float:
    return damage.psnr_db(truth, np.clip(made, 0, 1))


def _mean(rows: Sequence[Row]) -> Row:
    return Row(
        method=rows[0].method,
        damage=rows[0].damage,
        photo="mean",
        psnr_db=fmean(row.psnr_db for row in rows),
        seconds=fmean(row.seconds for row in rows),
    )


def _middle(picture: Picture, side_px: int) -> Picture:
    top, left = (max(0, (side - side_px) // 2) for side in picture.shape[:2])
    return picture[top : top + side_px, left : left + side_px]
