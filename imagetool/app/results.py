"""A model's result as a change of the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imagetool.app import effects
from imagetool.app.landing import Circumstances, Landing, SizeChanged, layer_name
from imagetool.core.compositing import changed_outside, composite, fill_layer
from imagetool.core.document import Layer, State
from imagetool.core.hints import inside
from imagetool.core.masks import empty, feathered_rect, hard_where_clear, resized
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request, Result
from imagetool.plugin.tasks import Task


def prepared(request: Request, circumstances: Circumstances, result: Result) -> Landing:
    """All that takes long; runs on a background thread.

    Raises:
        ImagetoolError: where the result cannot be used.
    """
    return _WAYS[request.model.entry.task](request, circumstances, result)


def _filled(request: Request, circumstances: Circumstances, result: Result) -> Landing:
    seen, mask = circumstances.seen, request.mask
    assert mask is not None  # noqa: S101 - nothing is filled without one
    rect, coverage = feathered_rect(mask, circumstances.softness_px)
    if circumstances.softness_px > 0:
        below = composite(seen, rect)[..., 3]
        coverage = hard_where_clear(coverage, mask.read(rect)[..., 0], below)
    layer = Layer.new(layer_name(request), fill_layer(mask.size, rect, result.pixels, coverage))
    followed = {hint.id for hint in inside(seen.hints, mask)} if request.hints is not None else set()
    outside = changed_outside(seen, seen.with_layer_added(layer), mask)

    def apply(state: State) -> State:
        if state.size != layer.pixels.size:
            raise SizeChanged
        filled = state.with_layer_added(layer)
        if followed:  # those that were drawn meanwhile are kept
            filled = filled.with_hints(hint for hint in state.hints if hint.id not in followed)
        return filled.with_mask(empty(mask)) if state.mask is mask else filled  # one painted meanwhile is kept

    return Landing(lambda _: True, apply, f"{outside} pixels changed outside the mask", outside)


def _enlarged(request: Request, circumstances: Circumstances, result: Result) -> Landing:
    seen = circumstances.seen
    layer = Layer.new(layer_name(request), TiledImage.from_array(result.pixels))
    size = layer.pixels.size
    larger_mask = resized(seen.mask, size)

    def apply(state: State) -> State:
        dpi = circumstances.dpi or state.dpi
        larger = state.scaled_places(size)
        return replace(larger, layers=(layer,), mask=larger_mask, active_id=layer.id, dpi=dpi)

    return Landing(lambda state: state.mask is seen.mask, apply, f"{size} px")


# New pictures are chosen from first: see `keeping`.
_WAYS: dict[Task, Callable[[Request, Circumstances, Result], Landing]] = {
    Task.INPAINT: _filled,
    Task.UPSCALE: _enlarged,
    Task.DENOISE: effects.changed,
    Task.FILTER: effects.changed,
    Task.COLORIZE: effects.changed,
    Task.SCORE: effects.scored,
    Task.SEGMENT: effects.selected,
}
