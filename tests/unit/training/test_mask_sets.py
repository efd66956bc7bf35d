"""Masks that are drawn, and masks that lie in a folder."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagetool.core.files.errors import MaskSizeError
from imagetool.core.geometry import Size
from imagetool.training import mask_sets
from imagetool.training.errors import MaskEmpty, MaskMissing

SIZE = Size(90, 70)


def test_a_drawn_mask_depends_on_the_photo_the_kind_and_the_seed_only() -> None:
    mask = mask_sets.drawn(1)("wide", "a", SIZE)
    assert np.array_equal(mask, mask_sets.drawn(1)("wide", "a", SIZE))
    for other in (mask_sets.drawn(1)("wide", "b", SIZE), mask_sets.drawn(2)("wide", "a", SIZE)):
        assert not np.array_equal(mask, other)


def test_a_file_gives_back_the_mask_of_every_kind(tmp_path: Path) -> None:
    masks = {kind: mask_sets.drawn(0)(kind, "a", SIZE) for kind in mask_sets.PLANES}
    mask_sets.mask_path(tmp_path, "a").write_bytes(mask_sets.as_png(masks))
    for kind, mask in masks.items():
        assert np.array_equal(mask_sets.of_folder(tmp_path)(kind, "a", SIZE), mask)


def test_the_narrow_mask_is_red_the_medium_one_green_the_wide_one_blue() -> None:
    masks = {kind: np.zeros((1, 4), np.uint8) for kind in mask_sets.PLANES}
    for place, kind in enumerate(("narrow", "medium", "wide")):
        masks[kind][0, place] = 255
    colours = np.asarray(Image.open(BytesIO(mask_sets.as_png(masks))).convert("RGB"))[0]
    assert colours.tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]


def test_what_is_wrong_with_a_folder_of_masks_is_said(tmp_path: Path) -> None:
    masks = mask_sets.of_folder(tmp_path)
    with pytest.raises(MaskMissing, match=r"There is no mask .*a\.png.* for the photo “a”\. Name another folder"):
        masks("wide", "a", SIZE)
    only_wide = {"wide": np.full((70, 90), 255, np.uint8)}
    mask_sets.mask_path(tmp_path, "a").write_bytes(mask_sets.as_png(only_wide))
    with pytest.raises(MaskEmpty, match=r"has no narrow hole\. Leave narrow out"):
        masks("narrow", "a", SIZE)
    with pytest.raises(MaskSizeError, match="has 90 × 70 pixels and the picture 91 × 70"):
        masks("wide", "a", Size(91, 70))


@pytest.mark.parametrize("folder", ["gb82", "everyday-50"])
def test_the_masks_of_the_repository_have_a_hole_of_every_kind(folder: str) -> None:
    where = Path(__file__).parents[3] / "docs" / "evaluation" / "inpainting" / folder
    files = sorted(where.glob("*.png"))
    assert len(files) == {"gb82": 25, "everyday-50": 50}[folder]
    masks = mask_sets.of_folder(where)
    for path in files[::5]:
        with Image.open(path) as picture:
            size = Size(*picture.size)
        shares = [(masks(kind, path.stem, size) > 0).mean() for kind in ("narrow", "medium", "wide")]
        assert all(least <= share <= 0.36 for least, share in zip((0.01, 0.04, 0.1), shares, strict=True)), path
