"""A graph as a function of tensors: the border where pictures in [0, 1] become the graph's own numbers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from plugins.onnx.errors import RunFailed
from plugins.onnx.facts import Facts, Layout, Plane, Values
from plugins.onnx.session import Array, Check, Session


def compute(
    session: Session, facts: Facts, image: Tensor, hole: Tensor | None, check: Check, limit_s: float | None = None
) -> Tensor:
    """Runs the graph once.

    Args:
        session: The graph.
        facts: Found for it; the sides of the image must be what they say.
        image: (1, C, h, w) float32 in [0, 1], C as in `facts.picture`.
        hole: (1, 1, h, w) bool, where `facts` have a mask.
        check: Called until the result is there; what it raises stops the run.
        limit_s: Seconds after which the run is stopped.

    Returns:
        (1, C, scale·h, scale·w) float32 on the image's device, not clipped.

    Raises:
        RunFailed: where onnxruntime gives up, or what comes back has another shape.
        TimedOut: after `limit_s`.
    """
    feeds = {facts.picture.name: to_array(image, facts.picture)}
    if facts.mask and hole is not None:
        shown = hole if facts.hole_is_high else ~hole
        feeds[facts.mask.name] = to_array(shown.to(image.dtype), facts.mask)
    outputs = session.run(feeds, check, limit_s)
    made = to_image(outputs[facts.output], facts.result) if facts.output < len(outputs) else None
    height, width = (side * facts.scale for side in image.shape[-2:])
    if made is None or tuple(made.shape) != (1, facts.result.channels, height, width):
        got = "nothing" if made is None else shape_text(made.shape)
        raise RunFailed(f"it returned {got} for a result of {width}×{height} pixels")
    return made.to(image.device)


def to_array(image: Tensor, plane: Plane) -> Array:
    """(1, C, h, w) in [0, 1] as the graph wants it; float32 pictures on the CPU are not copied."""
    coded = plane.values.encoded(image.detach())
    if plane.layout is Layout.NHWC:
        coded = coded.permute(0, 2, 3, 1)
    if plane.numbers == "uint8":
        coded = (coded + 0.5).clamp(0, 255)
    array: Array = coded.contiguous().cpu().numpy()
    return array.astype(plane.numbers, copy=False)


def to_image(array: Array, plane: Plane) -> Tensor | None:
    """What came out as (1, C, h, w) float32 where black is 0 and white 1; None where it has not four axes."""
    if array.ndim != 4:
        return None
    image = torch.from_numpy(np.ascontiguousarray(array, np.float32))
    if plane.layout is Layout.NHWC:
        image = image.permute(0, 3, 1, 2)
    return plane.values.decoded(image)


def values_of(numbers: str) -> Values:
    """What such numbers mean where nothing else is known."""
    return Values.BYTES if numbers == "uint8" else Values.UNIT


def shape_text(shape: tuple[int, ...] | torch.Size) -> str:
    """As sentences write it."""
    return "numbers of shape (" + ", ".join(str(side) for side in shape) + ")"
