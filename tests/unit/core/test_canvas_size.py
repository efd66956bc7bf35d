"""A larger canvas: where layers, mask, hints and the picture that was opened lie on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagetool.core.canvas_size import CanvasTooLarge, Margins, enlarged_canvas, margin_mask
from imagetool.core.compositing import composite
from imagetool.core.document import Document, Layer, State
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.hints import Hint
from imagetool.core.picture import Picture, Pixels
from imagetool.core.recovery import Journal, recoverables
from imagetool.core.tiles import TiledImage

SIZE = Size(300, 200)
MARGINS = Margins(17, 260, 0, 5)
KEPT = Rect(17, 260, 317, 460)


def document(dtype: type = np.uint8) -> Document:
    top = int(np.iinfo(dtype).max)
    pixels = np.random.default_rng(1).integers(1, top, (200, 300, 4), dtype)
    made = Document(Picture.of(pixels), name="c.png")
    patch: Pixels = np.full((20, 30, 4), top // 2, dtype)
    layer = Layer.new("Patch", TiledImage.blank(SIZE, 4, dtype).with_pixels(200, 100, patch))
    hint = Hint.new((1, 2, 3), 4.0, [Point(10, 20)])
    made.history.add("Patch", made.state.with_layer_added(layer).with_hints([hint]))
    return made


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_layer_keeps_its_pixels_and_the_margins_are_clear(dtype: type) -> None:
    before = document(dtype).state
    after = enlarged_canvas(before, MARGINS)
    assert after.size == Size(317, 465)
    for old, new in zip(before.layers, after.layers, strict=True):
        assert (new.id, new.name) == (old.id, old.name)
        whole = new.pixels.read(new.pixels.bounds)
        np.testing.assert_array_equal(whole[KEPT.slices], old.pixels.read(old.pixels.bounds))
        whole[KEPT.slices] = 0
        assert not whole.any()
    assert len(after.layers[1].pixels.tiles) <= 2, "a sheet with little on it stays one"
    shown = composite(after, after.bounds)
    np.testing.assert_array_equal(shown[KEPT.slices], composite(before, before.bounds))


def test_the_mask_covers_the_margins_and_a_little_of_the_picture() -> None:
    mask = enlarged_canvas(document().state, MARGINS, overlap_px=6).mask
    plane = mask.read(mask.bounds)[..., 0]
    assert set(np.unique(plane)) == {0, 255}
    clear = np.argwhere(plane == 0)
    left_top, right_bottom = clear.min(axis=0), clear.max(axis=0)
    assert tuple(left_top) == (260 + 6, 17 + 6)
    assert tuple(right_bottom) == (460 - 6 - 1, 317 - 1), "no margin at the right, so no seam"
    assert len(clear) == (200 - 12) * (300 - 6)


def test_without_overlap_the_mask_is_the_margins_alone() -> None:
    mask = margin_mask(SIZE, MARGINS, 0)
    plane = mask.read(mask.bounds)[..., 0].copy()
    assert (plane[KEPT.slices] == 0).all()
    plane[KEPT.slices] = 255
    assert (plane == 255).all()


def test_a_tiny_picture_is_not_masked_as_a_whole_by_the_overlap() -> None:
    mask = margin_mask(Size(5, 3), Margins(4, 0, 4, 4), 8)
    plane = mask.read(mask.bounds)[..., 0]
    assert (plane == 0).any()


def test_hints_and_the_opened_picture_move_along() -> None:
    first = enlarged_canvas(document().state, MARGINS)
    assert first.frame == KEPT
    assert first.hints[0].points == (Point(27, 280),)
    again = enlarged_canvas(first, Margins(left=100))
    assert again.frame == KEPT.moved(100, 0)
    larger = first.scaled_places(Size(634, 930))
    assert larger.frame == Rect(34, 520, 634, 920)
    assert larger.hints[0].points == (Point(54, 560),)
    assert replace(first, opened=None).frame == first.bounds


def test_the_frame_is_kept_for_recovery_and_gone_after_undo(tmp_path: Path) -> None:
    made = document()
    made.history.add("Enlarge canvas", enlarged_canvas(made.state, MARGINS))
    assert not made.history.saved
    Journal(tmp_path).write(made, made.state)
    (left,) = recoverables(tmp_path, running_pids=[])
    back: State = left.load().state
    assert (back.size, back.frame, back.hints[0].points) == (Size(317, 465), KEPT, (Point(27, 280),))
    made.history.undo()
    assert made.state.frame == Rect.of_size(SIZE)


def test_shares_of_the_picture_and_what_is_too_large() -> None:
    assert Margins.by_share(SIZE, 0.25, 0) == Margins(75, 0, 75, 0)
    assert not Margins.by_share(SIZE, 0, 0).any
    with pytest.raises(ValueError, match="not below 0"):
        Margins(-1)
    with pytest.raises(CanvasTooLarge, match=r"^60300 × 60200 px is too large: a picture has at most 400 mega"):
        enlarged_canvas(document().state, Margins(60_000, 60_000))
