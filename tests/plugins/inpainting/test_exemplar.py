"""The model as the kit calls it: any size, depth and opacity, the same bytes for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.kit.inpainting import Holes, fill_holes
from imagetool.plugin import CannotRun, Params, Task
from plugins.inpainting.exemplar import ROUNDS, Exemplar
from tests.fakes.models import FakeJob
from tests.fakes.pictures import textured

PARAMETERS = Catalog.scan(Places.find()).find(Task.INPAINT, "exemplar").entry.parameters
CPU = torch.device("cpu")


def picture(width: int, height: int, dtype: Any = np.uint8) -> Pixels:
    """Opaque texture."""
    colours = textured(width, height).astype(dtype) * (257 if dtype == np.uint16 else 1)
    opaque = np.full((height, width, 1), np.iinfo(dtype).max, dtype)
    return np.concatenate([colours, opaque], axis=2)


def filled(source: Pixels, hole: Rect, job: FakeJob | None = None, **params: object) -> Pixels:
    """The whole picture with the hole filled."""
    mask: NDArray[np.uint8] = np.full((hole.height, hole.width), 255, np.uint8)
    result: Pixels = np.zeros((hole.height, hole.width, 4), source.dtype)
    chosen = Params.checked(PARAMETERS, params)
    holes = Holes(source, mask, hole, 1.0, 32)
    fill_holes(Exemplar(), holes, chosen, CPU, lambda *_: job or FakeJob(), result)
    whole = source.copy()
    whole[hole.slices] = result
    return whole


@pytest.mark.parametrize(("width", "height"), [(97, 61), (40, 300), (9, 9), (2, 1), (64, 7)])
def test_any_size(width: int, height: int) -> None:
    source = picture(width, height)
    hole = Rect(width // 2, height // 2, width // 2 + max(1, width // 8), height // 2 + max(1, height // 8))
    whole = filled(source, hole)
    outside = np.ones((height, width), bool)
    outside[hole.slices] = False
    assert np.array_equal(whole[outside], source[outside])
    assert (whole[..., 3] == 255).all()


def test_sixteen_bits_use_them_all() -> None:
    whole = filled(picture(80, 60, np.uint16), Rect(30, 20, 50, 40))
    inside = whole[20:40, 30:50, :3]
    assert inside.dtype == np.uint16
    assert (inside % 257 != 0).any(), "the fill has only 256 levels"


def test_gray_stays_gray() -> None:
    source = picture(80, 60)
    source[..., :3] = source[..., :1]
    inside = filled(source, Rect(30, 20, 50, 40))[20:40, 30:50]
    assert (inside[..., 0] == inside[..., 1]).all()
    assert (inside[..., 0] == inside[..., 2]).all()


def test_a_hole_in_nothing_becomes_nothing() -> None:
    source = picture(80, 60)
    source[..., 3] = 0
    source[25:35, 35:45, 3] = 255  # an object on transparent ground
    inside = filled(source, Rect(33, 23, 47, 37))[23:37, 33:47]
    assert (inside[..., 3] == 0).all(), "the surroundings are transparent, so the fill is"


def test_the_same_seed_gives_the_same_bytes() -> None:
    source, hole = picture(120, 90), Rect(40, 30, 80, 60)
    assert np.array_equal(filled(source, hole), filled(source, hole))


def test_texture_comes_from_the_picture() -> None:
    source, hole = picture(160, 120), Rect(60, 40, 100, 80)
    inside = filled(source, hole, quality="best", pieces="9")[hole.slices][..., :3].astype(float)
    truth = source[hole.slices][..., :3].astype(float)
    assert 0.7 < inside.std() / truth.std() < 1.4, "the fill is flat, or wilder than the picture"


@pytest.mark.parametrize("quality", ROUNDS)
def test_it_says_how_far_it_is(quality: str) -> None:
    job = FakeJob()
    filled(picture(120, 90), Rect(40, 30, 80, 60), job, quality=quality)
    shares = [share for share, _ in job.progressed]
    assert shares == sorted(shares)
    assert len(set(shares)) >= ROUNDS[quality], "one step a round at least"
    assert len(job.previews) == len(shares)


def test_more_quality_is_more_rounds() -> None:
    steps = {}
    for quality in ROUNDS:
        job = FakeJob()
        filled(picture(120, 90), Rect(40, 30, 80, 60), job, quality=quality)
        steps[quality] = len(job.progressed)
    assert steps["draft"] < steps["normal"] < steps["best"]


def test_nothing_to_copy_is_a_sentence() -> None:
    with pytest.raises(
        CannotRun, match=r"The mask covers the whole picture, so nothing is left to fill it from\."
    ):
        filled(picture(16, 16), Rect(0, 0, 16, 16))
