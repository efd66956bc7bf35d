"""The few calls to OpenCV: pixels are RGBA or gray outside of this file, whatever OpenCV likes inside."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imagetool.core.picture import Pixels


def decode_rgba(data: bytes) -> Pixels:
    """The pixels of an encoded picture, (H, W, 4) uint8 or uint16 RGBA, depth unchanged.

    Raises:
        ValueError: OpenCV cannot decode it.
    """
    pixels = _decoded(data)
    conversion = {1: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}[pixels.shape[2]]
    rgba: npt.NDArray[Any] = cv2.cvtColor(pixels, conversion)
    return rgba


def decode_samples(data: bytes) -> npt.NDArray[Any]:
    """The samples of an encoded picture as they lie in the file, (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA.

    Raises:
        ValueError: OpenCV cannot decode it.
    """
    pixels = _decoded(data)
    return pixels[..., [2, 1, 0, 3][: pixels.shape[2]]] if pixels.shape[2] > 1 else pixels


def _decoded(data: bytes) -> npt.NDArray[Any]:
    """What OpenCV makes of it, (H, W, 1), (H, W, 3) BGR or (H, W, 4) BGRA, in its depth."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # it would print what is raised here
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ValueError(f"OpenCV: {error}") from error
    if pixels is None or pixels.size == 0:
        raise ValueError("OpenCV could not decode the pixels")
    shaped: npt.NDArray[Any] = pixels.reshape(*pixels.shape[:2], -1)
    if shaped.shape[2] not in (1, 3, 4):
        raise ValueError(f"{shaped.shape[2]} channels")
    return shaped


def encode_png(pixels: Pixels, *, with_alpha: bool = True) -> memoryview:
    """A PNG file without metadata, of (H, W) gray or (H, W, 4) RGBA, uint8 or uint16."""
    if pixels.ndim == 2:
        ordered: npt.ArrayLike = pixels
    else:
        ordered = cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA if with_alpha else cv2.COLOR_RGBA2BGR)
    _, encoded = cv2.imencode(".png", np.asarray(ordered))
    return encoded.data
