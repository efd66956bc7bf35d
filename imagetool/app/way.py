"""One way to fill a hole, as it is looked at: small, with what is around it, and laid over the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from imagetool.app.job import Job
from imagetool.app.landing import layer_name
from imagetool.core.compositing import blend, composite
from imagetool.core.geometry import Rect
from imagetool.core.masks import feathered_rect
from imagetool.jobs.events import Previewed
from imagetool.jobs.request import Request, Result
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.canvas.tile_images import as_image, colour_space

_AROUND = 0.4  # of the hole's sides is seen around it
_CELL_PX, _LOOK_PX = 192, 2048


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """One that is done: `cell` is what is shown of it, `look` what is laid over the picture to look at it."""

    request: Request
    result: Result
    cell: CandidateCell
    look: Previewed


def way_of(job: Job, request: Request, result: Result) -> Way:
    """The result of a request that fills as `job` does; reads pixels, so not for the window's thread."""
    mask, state = request.mask, job.given.seen
    assert mask is not None  # noqa: S101 - nothing is filled without one
    colours = colour_space(job.session.document.picture.metadata.icc)
    rect, coverage = feathered_rect(mask, job.given.softness_px)
    crop = rect.grown(round(rect.width * _AROUND), round(rect.height * _AROUND)).restrict(state.bounds)
    pixels = composite(state, crop)
    inside = rect.moved(-crop.left, -crop.top)
    pixels[inside.slices] = blend(pixels[inside.slices], result.pixels, coverage)
    shown = as_image(pixels, colours)
    told = f"{request.model.entry.name}\nseed {request.seed}"
    cell = CandidateCell(f"{layer_name(request)}, seed {request.seed}", _at_most(shown, _CELL_PX), told)
    filled = shown.copy(inside.left, inside.top, inside.width, inside.height)
    return Way(request, result, cell, _previewed(request, rect, _at_most(filled, _LOOK_PX)))


def _at_most(image: QImage, side_px: int) -> QImage:
    if max(image.width(), image.height()) <= side_px:
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(side_px, side_px, keep, smooth)


def _previewed(request: Request, rect: Rect, image: QImage) -> Previewed:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
    return Previewed(request.job_id, rect, pixels)
