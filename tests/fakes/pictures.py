"""Pictures made on the spot: textured enough that a fill has something to find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def textured(width: int, height: int, seed: int = 1) -> NDArray[np.uint8]:
    """Waves and grain, (height, width, 3) uint8; no two pixels in a row are alike."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.stack([np.sin(x / 17 + y / 31), np.sin(x / 23 - y / 13), np.cos(y / 19)], axis=2)
    grain = rng.normal(0, 12, (height, width, 1)).astype(np.float32)
    return np.clip(128 + 70 * waves + grain, 0, 255).astype(np.uint8)


def written(path: Path, pixels: NDArray[Any], **options: Any) -> Path:
    """Saves pixels under `path` and returns it."""
    Image.fromarray(pixels).save(path, **options)
    return path
