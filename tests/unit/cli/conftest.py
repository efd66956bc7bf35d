from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from imagetool.catalog.places import Places


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small photo."""
    path = tmp_path / "photo.png"
    small = np.random.default_rng(4).integers(0, 255, (6, 8, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(small, (64, 48)))
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """A mask of the photo's size with a hole."""
    path = tmp_path / "mask.png"
    plane = np.zeros((48, 64), np.uint8)
    plane[20:30, 20:34] = 255
    cv2.imwrite(str(path), plane)
    return path


@pytest.fixture
def without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """An installation whose folder of weights is empty; `find` is how every command gets its places."""
    found = Places.find()
    bare = Places(found.runtime, found.bundled_plugins, tmp_path / "weights", found.home)
    monkeypatch.setattr(Places, "find", classmethod(lambda cls: bare))
    return bare
