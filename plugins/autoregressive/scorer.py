"""How unlikely every pixel of a picture is."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.kit.complexity import lossless_bits
from imagetool.plugin import Job, Params, Scorer, Weights
from plugins.autoregressive.loading import label_number, picture_model, to_levels

RAW = "bits_per_dim"
"""The figure: bits for each value, on average."""

CORRECTED = "bits_per_dim_corrected"
"""The same, less what a lossless codec needs (Serrà et al. 2020): above 0 for pictures of another kind."""

RATIO = "bits_per_dim_ratio"
"""The same, less what the model of perturbed pictures needs (Ren et al. 2019)."""


class PixelScorer(Scorer):
    """Asks the model for the probability of each pixel, given all before it."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the model and fills it."""
        self._pictures = picture_model(weights.only, device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Bits of each pixel, or how many more they are than the background model needs."""
        pixels = to_levels(image, self._pictures.layout.channels)
        labels = torch.full((1,), label_number(self._pictures.layout, params), device=image.device)
        bits = self._pictures.bits(pixels, labels)  # (1, H, W)
        values = pixels[0].numel()
        raw = float(bits.sum()) / values
        job.figure(RAW, raw)
        seen = pixels[0].permute(1, 2, 0).to(torch.uint8).cpu().numpy()
        job.figure(CORRECTED, raw - lossless_bits(seen) / values)
        if params["background"]:
            job.check()
            over = bits - self._pictures.bits(pixels, labels, perturbed=True)
            job.figure(RATIO, float(over.sum()) / values)
            if params["map"] == "ratio":
                bits = over
        return bits[:, None]
