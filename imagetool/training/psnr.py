"""PSNR as papers on super-resolution and on denoising report it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LUMA_255 = np.array([65.481, 128.553, 24.966]) / 255
"""BT.601 with the video range: weights of R, G and B in 0 to 255; the luma runs from 16 to 235."""


def luma(picture: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Luma (H, W) of (H, W, 3) RGB from 0 to 255, as MATLAB's `rgb2ycbcr` computes it, not rounded."""
    return np.asarray(picture.astype(np.float64) @ LUMA_255 + 16, np.float64)


def psnr_y_db(truth: npt.NDArray[np.generic], picture: npt.NDArray[np.generic], border_px: int) -> float:
    """PSNR of the luma with a border cut off, in dB; infinite where equal.

    Both are (H, W, 3) RGB from 0 to 255. The convention of super-resolution cuts as many pixels as the scale.
    """
    error = luma(truth) - luma(picture)
    inner = error[border_px:-border_px, border_px:-border_px] if border_px else error
    mean = float(np.square(inner).mean())
    return float("inf") if mean == 0 else float(10 * np.log10(255**2 / mean))


def psnr_rgb_db(truth: npt.NDArray[np.generic], picture: npt.NDArray[np.generic]) -> float:
    """PSNR over all pixels of R, G and B, in dB; infinite where equal.

    Both are (H, W, 3) RGB from 0 to 255. The convention of denoising.
    """
    mean = float(np.square(truth.astype(np.float64) - picture.astype(np.float64)).mean())
    return float("inf") if mean == 0 else float(10 * np.log10(255**2 / mean))
