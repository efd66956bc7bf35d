"""The pictures and jobs that a model is tried on; all of them are the same every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.picture import Picture, Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request
from imagetool.plugin.models import Prompt
from imagetool.plugin.parameters import IntParameter, Params, Value
from imagetool.plugin.tasks import Task

USUAL = Size(96, 64)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a picture looks like: its size, its depth, whether it is gray, and its opacity.

    `opacity` is `full`, `none`, or `partly`: from none at the left to full at the right.
    """

    size: Size = USUAL
    dtype: str = "uint8"
    gray: bool = False
    opacity: str = "full"

    def pixels(self) -> Pixels:
        """(H, W, 4): dark at the left, bright at the right, with a disc in it, under a little noise."""
        height, width = self.size.height, self.size.width
        y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
        across, down = x / width, y / height
        image = np.stack([across, (across + down) / 2, 0.9 * across * down + 0.05], axis=2)  # (H, W, 3)
        disc = (across - 0.6) ** 2 + (down - 0.4) ** 2 < 0.04
        image[disc] = (0.9, 0.8, 0.1)
        image += np.random.default_rng(1).normal(0, 0.02, image.shape).astype(np.float32)
        if self.gray:
            image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
        alpha = {"full": np.ones_like(across), "none": np.zeros_like(across), "partly": 1.2 * across - 0.1}
        whole = np.concatenate([image, alpha[self.opacity][..., None]], axis=2)  # (H, W, 4)
        top = int(np.iinfo(self.dtype).max)
        pixels: Pixels = (np.clip(whole, 0, 1) * top + 0.5).astype(self.dtype)
        return pixels

    def __str__(self) -> str:
        words = [str(self.size)]
        words += ["of 16 bit"] if self.dtype == "uint16" else []
        words += ["in gray"] if self.gray else []
        words += {"full": [], "none": ["that is fully transparent"], "partly": ["that is partly transparent"]}[
            self.opacity
        ]
        return " ".join(words)


def quick(model: CatalogModel) -> dict[str, Value]:
    """The values that make a job short: a model that counts its steps takes the fewest."""
    return {
        parameter.id: parameter.min
        for parameter in model.entry.parameters
        if isinstance(parameter, IntParameter) and parameter.id == "steps"
    }


def job_on(
    model: CatalogModel,
    sight: Sight,
    given: Mapping[str, Value] | None = None,
    *,
    seed: int = 1,
    device: str = "cpu",
    count: int = 1,
) -> Request:
    """The usual job of the model's kind on such a picture, or one that makes `count` pictures of its size."""
    params = Params.checked(model.entry.parameters, {**quick(model), **(given or {})})
    if model.entry.task is Task.GENERATE:
        return Request(model, params, seed, None, device=device, target=sight.size, count=count)
    more: dict[str, Any] = {}
    match model.entry.task:
        case Task.INPAINT:
            more["mask"] = hole_in(sight.size, middle_of(sight.size))
        case Task.UPSCALE:
            more["target"] = Size(2 * sight.size.width, 2 * sight.size.height)
        case Task.SEGMENT:
            more["prompt"] = Prompt((Point(0.6 * sight.size.width, 0.4 * sight.size.height),))
        case Task.COLORIZE:
            more["hints"] = hints_for(sight.size)
    return Request(model, params, seed, source_of(sight), device=device, **more)


def more_like(model: CatalogModel, sight: Sight, count: int = 1) -> Request:
    """A job that makes pictures that resemble such a one."""
    params = Params.checked(model.entry.parameters, quick(model))
    return Request(model, params, 1, source_of(sight), device="cpu", target=sight.size, count=count)


def guided(model: CatalogModel, sight: Sight) -> Request:
    """The usual job of a model that fills, with a red and a blue stroke in its hole."""
    plain = job_on(model, sight)
    hints = np.zeros((sight.size.height, sight.size.width, 4), np.uint8)
    hole = middle_of(sight.size)
    middle = (hole.left + hole.right) // 2
    hints[hole.top : hole.bottom, hole.left : middle] = (200, 40, 40, 255)
    hints[hole.top : hole.bottom, middle : hole.right] = (40, 40, 200, 255)
    hints[hole.top + 3 : hole.bottom] = 0
    return replace(plain, hints=hints)


def source_of(sight: Sight) -> Flattened:
    """The picture as a document shows it."""
    return Flattened(Document(Picture.of(sight.pixels())).state)


def middle_of(size: Size) -> Rect:
    """The middle ninth, or all there is."""
    left, top = size.width // 3, size.height // 3
    return Rect(left, top, max(left + 1, 2 * size.width // 3), max(top + 1, 2 * size.height // 3))


def hole_in(size: Size, *holes: Rect) -> TiledImage:
    """A mask with these holes."""
    plane = np.zeros((size.height, size.width), np.uint8)
    for hole in holes:
        plane[hole.slices] = 255
    return TiledImage.from_array(plane)


def hints_for(size: Size) -> NDArray[np.uint8]:
    """(H, W, 4) uint8: a red one at the left, a blue one at the right."""
    hints = np.zeros((size.height, size.width, 4), np.uint8)
    hints[size.height // 2, size.width // 4] = (200, 40, 40, 255)
    hints[size.height // 2, 3 * size.width // 4] = (40, 40, 200, 255)
    return hints
