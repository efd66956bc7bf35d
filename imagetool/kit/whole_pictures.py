"""Running models that see the whole picture, or none: colouring, selecting, making pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.core.picture import Pixels
from imagetool.kit.channels import HINT_OPACITY, Channels, bled
from imagetool.kit.luminance import with_luminance_of
from imagetool.kit.precision import Precision
from imagetool.kit.tensors import check_result, padded, to_pixels, to_tensor
from imagetool.plugin.job import Job
from imagetool.plugin.models import Colorizer, Generator, Prompt, Segmenter
from imagetool.plugin.parameters import Params


@dataclass(frozen=True, eq=False, slots=True)
class Canvas:
    """A picture (H, W, 4) uint8 or uint16, read-only, and how a model is to see it."""

    source: Pixels
    multiple_of: int
    device: torch.device
    precision: Precision

    def image(self) -> Tensor:
        """(1, 3, H, W) float32, what is fully transparent coloured by what is around it."""
        image = to_tensor(self.source, self.device)  # (1, 4, H, W)
        rgb, alpha = image[:, :3], image[:, 3:]
        return rgb if Channels.of(self.source).opaque else bled(rgb, alpha)


def colorize(
    model: Colorizer, canvas: Canvas, hints: NDArray[np.uint8] | None, params: Params, job: Job, result: Pixels
) -> None:
    """Writes the coloured picture to `result` (H, W, 4): the model's chroma, the picture's luminance and opacity.

    `hints` is (H, W, 4) uint8, opaque where the user gave a colour; None where there are none.

    Raises:
        InvalidResult: where the model returns anything but a finite picture of the same shape.
    """
    image = canvas.image()
    height, width = image.shape[-2:]
    colours, known = torch.zeros_like(image), torch.zeros_like(image[:, :1], dtype=torch.bool)
    if hints is not None:
        given = to_tensor(hints, canvas.device)  # (1, 4, H, W)
        known = given[:, 3:] >= HINT_OPACITY / 255
        colours = given[:, :3] * known
    seen, hinted, where = (padded(plane, canvas.multiple_of) for plane in (image, colours, known.to(image.dtype)))
    with torch.inference_mode(), canvas.precision.active(canvas.device):
        made = model.run(seen, hinted, where > 0, params, job)
    made = check_result(made, tuple(seen.shape))[..., :height, :width].float()
    result[..., :3] = to_pixels(with_luminance_of(made, image), canvas.source.dtype)
    result[..., 3] = canvas.source[..., 3]


def segment(
    model: Segmenter, canvas: Canvas, prompt: Prompt, params: Params, job: Job, result: NDArray[np.uint8]
) -> None:
    """Writes the selection to `result` (H, W, 1) uint8, 255 inside.

    Raises:
        InvalidResult: where the model returns anything but a finite plane of the same height and width.
    """
    image = canvas.image()
    height, width = image.shape[-2:]
    seen = padded(image, canvas.multiple_of)
    with torch.inference_mode(), canvas.precision.active(canvas.device):
        made = model.run(seen, prompt, params, job)
    made = check_result(made, (1, 1, *seen.shape[-2:]))[..., :height, :width]
    result[...] = to_pixels(made, result.dtype)


def generate(
    model: Generator, params: Params, job: Job, result: NDArray[np.uint8], like: Tensor | None = None
) -> None:
    """Writes new pictures to `result` (count, H, W, 4) uint8.

    They resemble `like` (1, 4, H, W), as `to_rgba` gives it, where there is one.

    Raises:
        InvalidResult: where the model returns anything but as many finite pictures of that size.
    """
    count, height, width = result.shape[:3]
    with torch.inference_mode():
        if like is None:
            made = model.run(Size(width, height), count, params, job)
        else:
            made = model.more_like(like, count, params, job)
    planes = 4 if isinstance(made, Tensor) and made.dim() == 4 and made.shape[1] == 4 else 3
    made = check_result(made, (count, planes, height, width))
    for number in range(count):
        pixels = to_pixels(made[number : number + 1], result.dtype)  # (H, W, 3 or 4)
        result[number, ..., :planes] = pixels
        if planes == 3:
            result[number, ..., 3] = 255
