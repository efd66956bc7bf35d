"""What a stopped job had made, as pixels: nothing of what it had not made gets through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagetool.app.landing import Circumstances, SizeChanged
from imagetool.app.partials import can_be_kept, completed, kept, previews
from imagetool.core.compositing import Flattened, composite
from imagetool.core.document import Document, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Picture, Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Partial, Request
from imagetool.plugin.parameters import Params
from tests.fakes.partials import partial_of
from tests.fakes.requests import MANIFEST, enlarging, fake_model, mask, picture

DENOISER = fake_model(MANIFEST.replace("inpaint", "denoise"))


def state_of(pixels: Pixels) -> State:
    return Document(Picture.of(pixels)).state


def denoising(state: State) -> Request:
    return Request(DENOISER, Params({}), 1, Flattened(state))


def given(state: State, limit: TiledImage | None = None) -> Circumstances:
    return Circumstances(state, 0.0, None, limit)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_rest_of_an_enlarged_picture_is_what_a_cubic_enlargement_gives(dtype: Any) -> None:
    pixels = picture(dtype, 700, 64)  # more than one band high
    request = enlarging(pixels=pixels, target=Size(150, 1500))
    partial = partial_of(request, gray=9, done=1)
    made = completed(Flattened(state_of(pixels)), partial)
    plane = Image.fromarray(pixels[..., 1].astype(np.float32))
    top = int(np.iinfo(dtype).max)
    expected = np.asarray(plane.resize((150, 1500), Image.Resampling.BICUBIC)).clip(0, top)
    rest = made[:, partial.done[0].right :]
    away = np.abs(rest[..., 1] - expected[:, partial.done[0].right :]).max()
    assert away <= 0.51 + top / 50_000, "bands do not meet"  # Pillow's boxes are of single precision
    assert (rest[..., 3] == top).all()
    assert (made[partial.done[0].slices][..., :3] == 9).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_transparent_picture_keeps_its_colours_at_the_rim(dtype: Any) -> None:
    top = int(np.iinfo(dtype).max)
    pixels = np.zeros((8, 8, 4), dtype)
    pixels[:, 4:] = (top, 0, 0, top)
    request = enlarging(pixels=pixels)
    partial = Partial(np.zeros((16, 16, 4), dtype), (), 4)
    made = completed(Flattened(state_of(pixels)), partial)
    visible = made[made[..., 3] > top // 20].astype(float)
    assert (visible[:, 0] > 0.97 * top).all(), "black has come in from where nothing is to be seen"
    assert made[0, 15].tolist() == [top, 0, 0, top]
    assert request.target == Size(16, 16)


def test_a_layer_holds_the_finished_tiles_alone() -> None:
    state = state_of(picture())
    request = denoising(state)
    partial = partial_of(request)
    after = kept(request, given(state), partial).apply(state)
    layer = after.layers[-1].pixels.read(state.bounds)
    assert (layer[:, :32] == 255).all()
    assert not layer[:, 32:].any()


def test_under_a_mask_both_limit_it() -> None:
    state = state_of(picture())
    limit = mask(Rect(20, 10, 40, 22))
    request = denoising(state)
    after = kept(request, given(state, limit), partial_of(request)).apply(state)
    layer = after.layers[-1].pixels.read(state.bounds)
    assert (layer[10:22, 20:32] == 255).all()
    assert layer[..., 3].astype(bool).sum() == 12 * 12


def test_a_picture_with_holes_becomes_one_layer() -> None:
    pixels = picture()
    pixels[:24, :, 3] = 0
    state = state_of(pixels)
    request = denoising(state)
    partial = partial_of(request)
    partial.pixels[:24, :, 3] = 0
    landing = kept(request, given(state), partial)
    after = landing.apply(state)
    assert landing.said == "2 of 4 tiles · layers merged"
    seen, before = composite(after, after.bounds), composite(state, state.bounds)
    assert len(after.layers) == 1
    assert (seen[:24, :32, 3] == 0).all()
    assert (seen[24:, :32] == 255).all()
    assert np.array_equal(seen[:, 32:], before[:, 32:])


def test_it_is_refused_by_a_picture_of_another_size() -> None:
    state = state_of(picture())
    request = denoising(state)
    landing = kept(request, given(state), partial_of(request))
    with pytest.raises(SizeChanged):
        landing.apply(state_of(picture(height=50)))


def test_what_can_be_kept() -> None:
    request = denoising(state_of(picture()))
    assert can_be_kept(request, partial_of(request))
    assert not can_be_kept(request, partial_of(request, done=0))
    assert not can_be_kept(request, None)
    scorer = fake_model(MANIFEST.replace("inpaint", "score"))
    assert not can_be_kept(Request(scorer, Params({}), 1, request.source), partial_of(request))


def test_previews_lie_over_the_picture_that_was_given() -> None:
    pixels = picture(np.uint16, 60, 1200)
    request = enlarging(pixels=pixels, target=Size(2400, 120))
    shown = previews(request, partial_of(request, gray=0x8000, done=2, total=2))
    assert [preview.rect for preview in shown] == [Rect(0, 0, 600, 60), Rect(600, 0, 1200, 60)]
    assert all(preview.pixels.dtype == np.uint8 for preview in shown)
    assert {int(preview.pixels.min()) for preview in shown} == {0x80}
    assert max(max(preview.pixels.shape) for preview in shown) <= 512
