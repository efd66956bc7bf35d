"""A coarse picture of latents without decoding them: their colours as the nearest linear function."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_CELLS, _LATENTS = 8, 16
_SMALLEST = 1e-6


class LatentColours:
    """Fits the function once, to what the encoder makes of a small picture of soft colours."""

    def __init__(self, vae: Any, shrinks: int) -> None:
        """Encodes the picture with `vae`; one of its latents stands for `shrinks` pixels a side."""
        side = _LATENTS * shrinks
        cells = torch.rand(1, 3, _CELLS, _CELLS, generator=torch.Generator().manual_seed(0))
        colours = functional.interpolate(cells, (side, side), mode="bicubic").clamp(0, 1)  # (1, 3, s, s)
        latents = _encoded(vae, colours)  # (1, C, h, w)
        small = functional.interpolate(colours, latents.shape[-2:], mode="area")
        rows = latents.flatten(2)[0].T  # (h·w, C)
        rows = torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
        fitted = torch.linalg.lstsq(rows, small.flatten(2)[0].T, driver="gelsd").solution  # (C + 1, 3)
        self._matrix = fitted if bool(torch.isfinite(fitted).all()) else torch.zeros_like(fitted)
        self._spread = float(latents.std())

    def picture(self, latents: Tensor) -> Tensor:
        """(1, C, h, w) latents, noisy or not, as colours (1, 3, h, w) in [0, 1]."""
        calm = latents.detach().float().cpu()
        calm = calm * (self._spread / max(self._spread, float(calm.std()), _SMALLEST))
        made = torch.einsum("bchw,cd->bdhw", calm, self._matrix[:-1]) + self._matrix[-1][None, :, None, None]
        return made.clamp(0, 1)


def _encoded(vae: Any, colours: Tensor) -> Tensor:
    """Latents as a pipeline has them, computed in full precision."""
    dtype, device = vae.dtype, vae.device
    with torch.no_grad():
        made = vae.to(torch.float32).encode(colours.to(device) * 2 - 1)
        vae.to(dtype)
    latents = made.latent_dist.mode() if hasattr(made, "latent_dist") else made.latents
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    result: Tensor = ((latents - shift) * vae.config.scaling_factor).float().cpu()
    return result
