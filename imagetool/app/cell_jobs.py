"""Jobs on a crop for a contact sheet: what they are asked, and their results as images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColorSpace, QImage

from imagetool.app.wishes import generated_size
from imagetool.core.compositing import Flattened, blend
from imagetool.core.cropped import Cropped, cropped_mask
from imagetool.core.document import State
from imagetool.core.geometry import Rect, Size
from imagetool.core.hints import drawn, inside
from imagetool.core.maps import as_gray, mask_as_gray
from imagetool.core.masks import feathered_rect, hard_where_clear
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Report, Request, Result
from imagetool.plugin.models import Prompt
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.tile_images import as_image
from imagetool.ui.panels.task_panel import KEEP_SIZE
from imagetool.ui.shootout.crop_choice import crop_of
from imagetool.ui.shootout.entrants import Entrant


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """What a comparison begins with, read off the window: nothing of it takes long.

    Attributes:
        task: What is done.
        state: The document as it is.
        visible: What of it is in view.
        target: How large the whole would become; None where the size stays.
        softness_px: Of the mask's edge.
        colours: The space of the pixels, where it is not the screen's.
        by_selection: Whether the mask's bounds say where the crop lies.
    """

    task: Task
    state: State
    visible: Rect
    target: Size | None
    softness_px: float
    colours: QColorSpace | None
    by_selection: bool = True

    @property
    def factor(self) -> float:
        """How many times as large the result becomes."""
        return max(self.target.width / self.state.size.width, 1.0) if self.target else 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The crop that all cells are made from; `original` is what it looks like. No crop: new pictures."""

    terms: Terms
    crop: Rect | None
    pixels: Pixels | None
    mask: TiledImage | None
    original: QImage | None

    @classmethod
    def of(cls, terms: Terms) -> Ground:
        """Reads the mask and the crop, so not for the window's thread."""
        if terms.task is Task.GENERATE:
            return cls(terms, None, None, None, None)
        mask = terms.state.mask
        selection = mask.content_rect() if mask.tiles and terms.by_selection else None
        crop = crop_of(terms.state.size, terms.visible, selection, terms.factor)
        pixels = Cropped(Flattened(terms.state), crop).pixels()
        part = cropped_mask(mask, crop) if mask.tiles else None
        return cls(terms, crop, pixels, part, as_image(pixels, terms.colours))

    @property
    def limit(self) -> TiledImage | None:
        """The mask under which alone the result is to be seen; None for everywhere."""
        under = self.terms.task is Task.INPAINT or self.terms.task in KEEP_SIZE
        return self.mask if under and self.mask and self.mask.tiles else None

    @property
    def hints(self) -> NDArray[np.uint8] | None:
        """What is drawn for models in the crop, (h, w, 4); a model that follows none says so in its cell."""
        if self.crop is None or self.terms.task not in (Task.INPAINT, Task.COLORIZE):
            return None
        hints = tuple(hint.moved(-self.crop.left, -self.crop.top) for hint in self.terms.state.hints)
        if self.terms.task is Task.INPAINT:
            hints = inside(hints, self.mask) if self.mask else ()
        return drawn(hints, self.crop.size) if hints else None

    @property
    def share(self) -> float | None:
        """How much of the picture the crop is; None where the time of a cell says nothing about the whole."""
        if self.crop is None or self.terms.task is Task.INPAINT:
            return None
        return self.crop.size.pixels / self.terms.state.size.pixels

    def request(self, entrant: Entrant, device: str) -> Request:
        """The job of one cell."""
        model, params, seed = entrant.model, entrant.params, entrant.seed
        if self.crop is None:
            return Request(model, params, seed, None, device=device, target=generated_size(model.entry))
        source = Cropped(Flattened(self.terms.state), self.crop)
        match self.terms.task:
            case Task.UPSCALE:
                return Request(model, params, seed, source, device=device, target=self._target)
            case Task.SEGMENT:
                box = self.mask.content_rect() if self.mask else None
                return Request(model, params, seed, source, device=device, prompt=Prompt(box=box))
            case Task.INPAINT:
                return Request(model, params, seed, source, self.mask, device, hints=self.hints)
        return Request(model, params, seed, source, device=device, hints=self.hints)

    def image(self, result: Result) -> QImage:
        """A result as it would look in the picture, so not for the window's thread."""
        match self.terms.task:
            case Task.SCORE:
                return as_image(as_gray(result.pixels).pixels, None)
            case Task.SEGMENT:
                return as_image(mask_as_gray(result.pixels), None)
            case Task.GENERATE:
                return as_image(result.pixels[0], None)
        return as_image(self._laid_in(result), self.terms.colours)

    @property
    def _target(self) -> Size | None:
        whole, terms = self.terms.target, self.terms
        if whole is None or self.crop is None:
            return None
        return Size(
            max(1, round(self.crop.width * whole.width / terms.state.size.width)),
            max(1, round(self.crop.height * whole.height / terms.state.size.height)),
        )

    def _laid_in(self, result: Result) -> Pixels:
        if self.limit is None or self.pixels is None:
            return result.pixels
        rect, coverage = feathered_rect(self.limit, self.terms.softness_px)
        made = result.pixels if result.rect == rect else result.pixels[rect.slices]
        whole = self.pixels.copy()
        coverage = hard_where_clear(coverage, self.limit.read(rect)[..., 0], whole[rect.slices][..., 3])
        whole[rect.slices] = blend(whole[rect.slices], made, coverage)
        return whole


def cost_of(report: Report) -> str:
    """Seconds and memory of a cell."""
    parts = [f"{report.seconds:.1f} s", _memory(report.peak_rss_mb)]
    if report.gpu_peak_mb > 0:
        parts.append(f"{_memory(report.gpu_peak_mb)} GPU")
    return " · ".join(parts)


def _memory(count_mb: float) -> str:
    return f"{count_mb / 1000:.1f} GB" if count_mb >= 1000 else f"{count_mb:.0f} MB"
