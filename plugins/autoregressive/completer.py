"""What is missing of a small picture, drawn by a model that knows such pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.plugin import Inpainter, Job, Params, Weights
from plugins.autoregressive.generator import on_gray
from plugins.autoregressive.loading import label_number, picture_model, to_floats, to_levels
from plugins.autoregressive.pictures import Request


class PixelCompleter(Inpainter):
    """Draws the hole pixel by pixel; the guide tells it what lies behind, below and beside."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the model and fills it."""
        self._pictures = picture_model(weights.only, device)

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Every seed draws another filling."""
        pixels = to_levels(image, self._pictures.layout.channels)
        labels = torch.full((1,), label_number(self._pictures.layout, params), device=image.device)
        request = Request(pixels, hole[0, 0], labels, float(params["temperature"]))

        def shown(done: float, so_far: Tensor) -> None:
            job.progress(done, "drawing")
            job.preview(on_gray(to_floats(so_far)))

        made = self._pictures.drawn(request, [torch.Generator().manual_seed(job.seed)], shown)
        return to_floats(made)[:, : image.shape[1]]
