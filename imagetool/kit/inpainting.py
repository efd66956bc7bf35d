"""Filling the holes of a picture of any size and depth with a model that sees a crop of floats."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.kit.channels import HINT_OPACITY, to_rgba
from imagetool.kit.crops import CropJobs, plan_crops
from imagetool.kit.silent_job import SilentJob
from imagetool.kit.tensors import check_result, to_pixels, to_tensor
from imagetool.plugin.job import Job
from imagetool.plugin.models import Inpainter
from imagetool.plugin.parameters import Params

_Fill: TypeAlias = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False, slots=True)
class Holes:
    """A picture and what is to be filled in it.

    `source` is (H, W, 4) straight alpha, uint8 or uint16, read-only; `mask` (h, w) uint8 covers `rect` of it,
    every value above 0 is hole. `context` and `context_min_px` are those of `plan_crops`. `opacity`: the model is
    given (1, 4, h, w) and fills the opacity together with the colours. `hints` (h, w, 4) uint8 covers `rect`, too,
    and is opaque where the user wants a colour; outside the hole it says nothing.
    """

    source: Pixels
    mask: NDArray[np.uint8]
    rect: Rect
    context: float
    context_min_px: int
    opacity: bool = False
    hints: NDArray[np.uint8] | None = None


def fill_holes(
    model: Inpainter, holes: Holes, params: Params, device: torch.device, job_for: CropJobs, result: Pixels
) -> int:
    """Fills every hole and writes the pixels of `holes.rect` to `result` (h, w, 4); returns the number of crops.

    Outside the holes `result` equals the source. Where the surroundings are partly transparent, a model that is
    not given the opacity fills it like a gray picture; where they are opaque, so is what is filled. A crop in
    which the user has drawn is filled by `guided`.

    Raises:
        InvalidResult: where the model returns anything but a finite picture of the same shape.
    """
    result[...] = holes.source[holes.rect.slices]
    bounds = Rect(0, 0, holes.source.shape[1], holes.source.shape[0])
    plan = plan_crops(holes.mask, holes.rect, bounds, holes.context, holes.context_min_px)
    total = sum(box.size.pixels for box, _ in plan)
    done = 0
    for box, crop in plan:
        job = job_for(crop, done / total, (done + box.size.pixels) / total)
        colours = _colours_of(model, holes, crop, device, params, job)
        opacity = functools.partial(model.run, params=params, job=SilentJob(job))
        _fill_crop(colours, opacity, holes, crop, device, result)
        done += box.size.pixels
    return len(plan)


def _colours_of(
    model: Inpainter, holes: Holes, crop: Rect, device: torch.device, params: Params, job: Job
) -> _Fill:
    """What fills the colours of a crop: `run`, or `guided` where there are strokes in its hole."""
    given = _hints_in(holes, crop)
    if given is None:
        return functools.partial(model.run, params=params, job=job)
    hints = to_tensor(given, device)  # (1, 4, h, w)
    known = hints[:, 3:] > 0
    return functools.partial(model.guided, colours=hints[:, :3] * known, known=known, params=params, job=job)


def _fill_crop(
    colours: _Fill, opacity: _Fill, holes: Holes, crop: Rect, device: torch.device, result: Pixels
) -> None:
    pixels = holes.source[crop.slices]
    hole = _hole_in(holes, crop)
    hole_tensor = torch.from_numpy(hole).to(device)[None, None]  # (1, 1, h, w)
    if holes.opacity:
        filled = _filled(colours, to_rgba(pixels, device), hole_tensor, pixels.dtype)
    else:
        filled = _filled_apart(colours, opacity, pixels, hole_tensor)
    part = crop.restrict(holes.rect)
    inside = part.moved(-crop.left, -crop.top).slices
    target = result[part.moved(-holes.rect.left, -holes.rect.top).slices]
    chosen = hole[inside]
    target[chosen] = filled[inside][chosen]


def _filled_apart(colours: _Fill, opacity: _Fill, pixels: Pixels, hole: Tensor) -> Pixels:
    """(h, w, 4): first the colours, then, unless all is opaque, the opacity as a gray picture."""
    made = _filled(colours, to_tensor(pixels[..., :3], hole.device), hole, pixels.dtype)
    alpha, top = pixels[..., 3:], np.iinfo(pixels.dtype).max
    around = alpha[~hole[0, 0].cpu().numpy()]
    if around.size and bool((around == top).all()):
        alpha = np.full_like(alpha, top)
    elif not bool((alpha == top).all()):
        gray = to_tensor(np.repeat(alpha, 3, axis=2), hole.device)
        alpha = _filled(opacity, gray, hole, pixels.dtype)[..., :1]
    whole: Pixels = np.concatenate([made, alpha], axis=2)
    return whole


def _filled(run: _Fill, image: Tensor, hole: Tensor, dtype: np.dtype[Any]) -> Pixels:
    with torch.inference_mode():
        return to_pixels(check_result(run(image, hole), tuple(image.shape)), dtype)


def _hints_in(holes: Holes, crop: Rect) -> NDArray[np.uint8] | None:
    """The hints (h, w, 4) of a crop, opaque inside the hole alone; None where there are none."""
    if holes.hints is None:
        return None
    part = crop.restrict(holes.rect)
    inside = part.moved(-holes.rect.left, -holes.rect.top).slices
    counts = (holes.hints[inside][..., 3] >= HINT_OPACITY) & (holes.mask[inside] > 0)  # (h, w)
    if not counts.any():
        return None
    hints = np.zeros((crop.height, crop.width, 4), np.uint8)
    hints[part.moved(-crop.left, -crop.top).slices] = np.where(counts[..., None], holes.hints[inside], 0)
    return hints


def _hole_in(holes: Holes, crop: Rect) -> NDArray[np.bool_]:
    """The hole (h, w) of a crop that may reach beyond the mask."""
    hole = np.zeros((crop.height, crop.width), np.bool_)
    part = crop.restrict(holes.rect)
    inside = holes.mask[part.moved(-holes.rect.left, -holes.rect.top).slices] > 0
    hole[part.moved(-crop.left, -crop.top).slices] = inside
    return hole
