"""Says how close a filled hole is to the truth: pixel by pixel, and as texture.

PSNR and SSIM (Wang et al. 2004, Image Quality Assessment) ask for the very pixels that were there, which no
method can know in a large hole, and so reward blur. The texture distance asks only for the same kind of surface:
it compares the distributions of gradients and of the bands of a steerable pyramid (Simoncelli and Freeman 1995,
The Steerable Pyramid; Portilla and Simoncelli 2000, A Parametric Texture Model), each in the hole.

Pictures are (H, W, 3) uint8 RGB, holes (H, W) bool with at least one True.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import factorial
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[np.uint8]
Hole: TypeAlias = npt.NDArray[np.bool_]
Plane: TypeAlias = npt.NDArray[np.float64]

SCALES = 4
"""Octaves of the steerable pyramid."""

ORIENTATIONS = 4
"""Directions of the steerable pyramid, 45 degrees apart."""

FLOOR_255 = 1.0
"""Added to the spread of a band, so that invisible noise on a flat surface does not count."""

REACH_PX = 32
"""The picture is mirrored at its border by this much before it is filtered."""


def psnr_in(hole: Hole, truth: Picture, filled: Picture) -> float:
    """Peak signal-to-noise ratio over the hole's pixels and all three colours, in dB; infinite if equal."""
    error = np.square(truth[hole].astype(np.float64) - filled[hole]).mean()
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def ssim_in(hole: Hole, truth: Picture, filled: Picture) -> float:
    """Structural similarity of the luma, averaged over the hole's pixels; at most 1.

    A Gaussian window of sigma 1.5 px, 11 px wide, constants 0.01 and 0.03, as in the paper.
    """
    return float(ssim_of(_luma(truth), _luma(filled))[hole].mean())


def ssim_of(a: Plane, b: Plane) -> Plane:
    """Structural similarity (H, W) of two planes from 0 to 255, pixel by pixel; see `ssim_in`."""
    mean_a, mean_b = _window(a), _window(b)
    var_a, var_b = _window(a * a) - mean_a**2, _window(b * b) - mean_b**2
    covariance = _window(a * b) - mean_a * mean_b
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similarity: Plane = (2 * mean_a * mean_b + light) * (2 * covariance + contrast)
    similarity /= (mean_a**2 + mean_b**2 + light) * (var_a + var_b + contrast)
    return similarity


def texture_distance(hole: Hole, truth: Picture, filled: Picture) -> float:
    """How unlike the surfaces in the hole are; 0 for the same pixels, near 1 when all texture is lost.

    The mean, over two gradients and the bands of the steerable pyramid of the luma, of the Wasserstein-1
    distance of the values in the hole, divided by the mean absolute value of the truth's plus `FLOOR_255`.
    """
    distances = []
    for a, b in zip(_bands(_luma(truth)), _bands(_luma(filled)), strict=True):
        wanted, found = np.sort(a[hole]), np.sort(b[hole])
        distances.append(np.abs(wanted - found).mean() / (np.abs(wanted).mean() + FLOOR_255))
    return float(np.mean(distances))


def _luma(picture: Picture) -> Plane:
    """Luma (H, W) of BT.601 in 0 to 255."""
    return np.asarray(picture.astype(np.float64) @ np.array([0.299, 0.587, 0.114]), np.float64)


def _window(plane: Plane) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5), np.float64)


def _bands(luma: Plane) -> Iterator[Plane]:
    """The gradients, the finest detail and the bands, each (H, W)."""
    yield np.asarray(cv2.Sobel(luma, cv2.CV_64F, 1, 0, scale=0.125), np.float64)
    yield np.asarray(cv2.Sobel(luma, cv2.CV_64F, 0, 1, scale=0.125), np.float64)
    framed = np.pad(luma, REACH_PX, "symmetric")
    spectrum = np.fft.rfft2(framed)
    for response in _filters(framed.shape):
        band = np.fft.irfft2(spectrum * response, framed.shape)
        yield band[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]


def _filters(shape: tuple[int, ...]) -> Iterator[npt.NDArray[np.complex128]]:
    """Frequency responses of the steerable pyramid, not subsampled: the high pass, then band by band."""
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    octave = np.log2(np.maximum(2 * np.hypot(fy, fx), 1e-9))  # 0 at the Nyquist frequency, -1 one octave below
    angle_rad = np.arctan2(fy, fx)
    yield _above(octave, 0).astype(np.complex128)
    order = ORIENTATIONS - 1
    gain = 2**order * factorial(order) / np.sqrt(ORIENTATIONS * factorial(2 * order))
    for scale in range(SCALES):
        radial = _above(octave, -scale - 1) * np.sqrt(1 - _above(octave, -scale) ** 2)
        for orientation in range(ORIENTATIONS):
            angular = gain * np.cos(angle_rad - np.pi * orientation / ORIENTATIONS) ** order
            yield (1j) ** order * radial * angular


def _above(octave: Plane, edge: float) -> Plane:
    """A high pass that rises as a raised cosine over the octave below an edge."""
    return np.sin(np.pi / 2 * np.clip(octave - edge + 1, 0, 1))
