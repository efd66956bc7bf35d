"""A model's result as a change of the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from imagetool.core.compositing import changed_outside, fill_layer
from imagetool.core.document import Layer, State
from imagetool.core.errors import ImagetoolError
from imagetool.core.masks import empty, feathered_rect, resized
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request, Result
from imagetool.plugin.tasks import WORDS


class SizeChanged(ImagetoolError):
    """The document is not as large as what the model was given."""

    def __init__(self) -> None:
        super().__init__("The picture has another size now, so the result does not fit. Redo, then run it again.")


@dataclass(frozen=True, eq=False, slots=True)
class Circumstances:
    """What a job was begun with: the state the model was given, the mask's softness, the dpi for paper."""

    seen: State
    softness_px: float
    dpi: int | None


@dataclass(frozen=True, eq=False, slots=True)
class Landing:
    """A result that is ready to be laid in.

    `fits` says whether it was prepared for the document's state of the moment; `apply` takes that state and
    returns the next one, or raises SizeChanged; `said` is what the status bar says about it.
    """

    fits: Callable[[State], bool]
    apply: Callable[[State], State]
    said: str


def prepared(request: Request, circumstances: Circumstances, result: Result) -> Landing:
    """All that takes long; runs on a background thread."""
    if request.mask is None:
        return _enlarged(request, circumstances, result)
    return _filled(request, request.mask, circumstances, result)


def _filled(request: Request, mask: TiledImage, circumstances: Circumstances, result: Result) -> Landing:
    seen = circumstances.seen
    rect, coverage = feathered_rect(mask, circumstances.softness_px)
    layer = Layer.new(_layer_name(request), fill_layer(request.source.size, rect, result.pixels, coverage))
    outside = changed_outside(seen, seen.with_layer_added(layer), mask)

    def apply(state: State) -> State:
        if state.size != layer.pixels.size:
            raise SizeChanged
        filled = state.with_layer_added(layer)
        return filled.with_mask(empty(mask)) if state.mask is mask else filled  # one painted meanwhile is kept

    return Landing(lambda _: True, apply, f"{outside} pixels changed outside the mask")


def _enlarged(request: Request, circumstances: Circumstances, result: Result) -> Landing:
    seen = circumstances.seen
    layer = Layer.new(_layer_name(request), TiledImage.from_array(result.pixels))
    size = layer.pixels.size
    larger_mask = resized(seen.mask, size)

    def apply(state: State) -> State:
        dpi = circumstances.dpi or state.dpi
        return replace(state, size=size, layers=(layer,), mask=larger_mask, active_id=layer.id, dpi=dpi)

    return Landing(lambda state: state.mask is seen.mask, apply, f"{size} px")


def _layer_name(request: Request) -> str:
    entry = request.model.entry
    return f"{WORDS[entry.task].verb} · {entry.name}"
