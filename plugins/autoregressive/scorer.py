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

PATCH_PX = 256
"""Side of what is measured at once."""


class PixelScorer(Scorer):
    """Asks the model for the probability of each pixel, given all before it."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the model and fills it."""
        self._pictures = picture_model(weights.only, device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Bits of each pixel, or how many more they are than the background model needs."""
        pixels = to_levels(image, self._pictures.layout.channels)
        values = pixels[0].numel()
        bits = self._bits(pixels, params, job, (0.0, 0.5 if params["background"] else 1.0))  # (1, 1, H, W)
        raw = float(bits.sum()) / values
        job.figure(RAW, raw)
        seen = pixels[0].permute(1, 2, 0).to(torch.uint8).cpu().numpy()
        job.figure(CORRECTED, raw - lossless_bits(seen) / values)
        if params["background"]:
            over = bits - self._bits(pixels, params, job, (0.5, 1.0), perturbed=True)
            job.figure(RATIO, float(over.sum()) / values)
            if params["map"] == "ratio":
                return over
        return bits

    def _bits(
        self, pixels: Tensor, params: Params, job: Job, span: tuple[float, float], *, perturbed: bool = False
    ) -> Tensor:
        """Of every pixel; a large picture is cut into patches that know nothing of one another."""
        label = label_number(self._pictures.layout, params)
        labels = torch.full((1,), label, device=pixels.device)
        told = torch.zeros_like(pixels[:, :1], dtype=torch.float32)
        height, width = pixels.shape[2:]
        corners = [(y, x) for y in range(0, height, PATCH_PX) for x in range(0, width, PATCH_PX)]
        for number, (y, x) in enumerate(corners):
            where = (..., slice(y, y + PATCH_PX), slice(x, x + PATCH_PX))
            told[where] = self._pictures.bits(pixels[where], labels, perturbed=perturbed)
            job.progress(span[0] + (span[1] - span[0]) * (number + 1) / len(corners), "measuring")
        return told
