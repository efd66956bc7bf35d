"""Other ways to take Gaussian noise away, to be measured beside our own models."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from imagetool.training.denoising_evaluation import Floats, Method, as_eight_bit, as_floats
from imagetool.training.errors import RivalMissing
from imagetool.training.rivals import third_party_network

NLM_STRENGTH = 0.56
"""OpenCV's `h` and `hColor` for each step of 1/255 of noise: about the best at 15, 25 and 50,
found on every fifth picture of CBSD68-first34."""

NLM_PATCH_PX, NLM_SEARCH_PX = 7, 21
"""OpenCV's recommendation."""


def rival(name: str) -> Method:
    """The method of that name: `nlm`, `bm3d`, or else the checkpoint at that path.

    Raises:
        RivalMissing: where its library is not installed.
        RivalUnknown: where the checkpoint cannot be read.
    """
    if name == "nlm":
        return non_local_means
    return _bm3d() if name == "bm3d" else _on_each_channel(Path(name))


def non_local_means(noisy: Floats, sigma_255: float | None) -> Floats | None:
    """OpenCV's `fastNlMeansDenoisingColored` (Buades et al. 2011), which takes 8 bit."""
    if not sigma_255:
        return None
    strength = NLM_STRENGTH * sigma_255
    eight = np.ascontiguousarray(as_eight_bit(noisy)[..., ::-1])  # BGR
    made = cv2.fastNlMeansDenoisingColored(eight, None, strength, strength, NLM_PATCH_PX, NLM_SEARCH_PX)
    return as_floats(np.asarray(made, np.uint8)[..., ::-1])


def _bm3d() -> Method:
    """CBM3D of Dabov et al. 2007, in the library of Mäkinen et al. 2020."""
    try:
        library: Any = importlib.import_module("bm3d")
    except ImportError:
        raise RivalMissing("bm3d") from None

    def denoise(noisy: Floats, sigma_255: float | None) -> Floats | None:
        return np.asarray(library.bm3d_rgb(noisy, sigma_255 / 255), np.float32) if sigma_255 else None

    return denoise


def _on_each_channel(path: Path) -> Method:
    """A checkpoint for gray pictures, such as DnCNN (Zhang et al. 2017), on R, G and B one after the other."""
    network = third_party_network(path).eval()

    def denoise(noisy: Floats, sigma_255: float | None) -> Floats | None:
        if not sigma_255:
            return None
        planes = torch.from_numpy(noisy).permute(2, 0, 1)[:, None]  # (3, 1, H, W)
        with torch.inference_mode():
            made = torch.cat([network(plane[None]) for plane in planes])
        return np.asarray(made[:, 0].permute(1, 2, 0).numpy(), np.float32)

    return denoise
