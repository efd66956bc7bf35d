"""Which entry of a history changed the picture last, and the map of what it changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imagetool.core.canvas_size import Margins, enlarged_canvas
from imagetool.core.differences import NotComparable, change_map
from imagetool.core.document import Document, Layer
from imagetool.core.last_change import ChangedInSize, NothingChanged, last_change
from imagetool.core.masks import full
from imagetool.core.picture import Picture, Pixels
from imagetool.core.tiles import TiledImage


def pixels(shade: int = 90, dtype: type = np.uint8) -> Pixels:
    made: Pixels = np.full((30, 40, 4), shade, dtype)
    return made


def with_layer(document: Document, name: str) -> None:
    sheet = TiledImage.from_array(pixels(200))
    document.history.add(name, document.state.with_layer_added(Layer.new(name, sheet)))


def test_masks_are_no_change_of_the_picture_and_undone_entries_do_not_count() -> None:
    document = Document(Picture.of(pixels()))
    with pytest.raises(NothingChanged):
        last_change(document.history)
    with_layer(document, "Fill")
    filled = document.state
    document.history.add("Mask", filled.with_mask(full(filled.mask)))
    change = last_change(document.history)
    assert (change.name, change.before, change.after) == ("Fill", document.original, document.state)
    with_layer(document, "Denoise")
    assert last_change(document.history).name == "Denoise"
    document.history.undo()
    assert last_change(document.history).name == "Fill"
    hidden = replace(document.state.layers[1], visible=False)
    document.history.add("Hide", document.state.with_layer(hidden))
    assert last_change(document.history).name == "Hide"
    document.history.go_to(0)
    with pytest.raises(NothingChanged, match=r"^Nothing has changed yet\."):
        last_change(document.history)


def test_a_change_of_size_has_no_map_but_what_came_after_it_has() -> None:
    document = Document(Picture.of(pixels()))
    document.history.add("Enlarge canvas", enlarged_canvas(document.state, Margins(4)))
    with pytest.raises(ChangedInSize, match=r"^“Enlarge canvas” gave the picture another size"):
        last_change(document.history)
    larger = document.state
    sheet = Layer.new("Fill", TiledImage.blank(larger.size, 4))
    document.history.add("Fill", larger.with_layer_added(sheet))
    assert last_change(document.history).before is larger


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_map_is_black_exactly_where_every_bit_is_the_same(dtype: type) -> None:
    before = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (30, 40, 4), dtype)
    after = before.copy()
    after[5, 6, 0] ^= 1
    after[7, 8, 3] ^= 1
    made = change_map(before, after)
    assert (made.shape, made.dtype.name) == ((30, 40), "uint8")
    assert [tuple(place) for place in np.argwhere(made)] == [(5, 6), (7, 8)]
    assert made[5, 6] >= 50, "the smallest step can be seen"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_more_is_brighter_up_to_a_quarter_of_the_range(dtype: type) -> None:
    top = int(np.iinfo(dtype).max)
    before, after = pixels(0, dtype), pixels(0, dtype)
    after[0, :9, 1] = np.linspace(0, top / 4, 9).astype(dtype)
    after[1, 0, 2] = top
    made = change_map(before, after)
    assert (np.diff(made[0, :9].astype(int)) > 0).all()
    assert made[0, 8] >= 250
    assert made[1, 0] == 255
    np.testing.assert_array_equal(made, change_map(after, before))


def test_pictures_of_two_depths_have_no_map() -> None:
    with pytest.raises(NotComparable):
        change_map(pixels(), pixels(90, np.uint16))
