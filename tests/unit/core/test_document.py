from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagetool.core.document import Document, Layer, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage


def document() -> Document:
    return Document(Picture.of(np.full((20, 30, 4), 7, np.uint16)), Path("/photos/boat.tif"))


def stacked(*names: str) -> State:
    """A state with a layer of each name, the first at the bottom."""
    size = Size(4, 4)
    layers = tuple(Layer.new(name, TiledImage.blank(size, 4)) for name in names)
    return State(size, layers, TiledImage.blank(size, 1), layers[0].id)


def names(state: State) -> str:
    return "".join(layer.name for layer in state.layers)


def test_a_document_shows_the_picture_it_was_made_from() -> None:
    made = document()
    assert (made.name, made.size, made.depth_bits) == ("boat.tif", Size(30, 20), 16)
    assert made.state is made.original
    assert made.state.bounds == Rect(0, 0, 30, 20)
    assert made.state.mask.content_rect().empty
    np.testing.assert_array_equal(made.state.active.pixels.read(made.state.bounds), made.picture.pixels)


def test_a_picture_without_a_file_has_a_made_up_name() -> None:
    assert Document(Picture.of(np.zeros((1, 1, 4), np.uint8))).name == "Untitled"


def test_layers_of_two_documents_never_share_an_id() -> None:
    ids = [document().state.active_id for _ in range(3)]
    assert len(set(ids)) == 3


MOVES = [("a", 1, "bac"), ("a", 2, "bca"), ("a", 9, "bca"), ("c", -1, "acb"), ("b", -9, "bac"), ("b", 0, "abc")]


@pytest.mark.parametrize(("name", "steps", "order"), MOVES)
def test_a_layer_moves_as_far_as_there_is_room(name: str, steps: int, order: str) -> None:
    state = stacked("a", "b", "c")
    (layer,) = [layer for layer in state.layers if layer.name == name]
    moved = state.with_layer_moved(layer.id, steps)
    assert names(moved) == order
    assert names(state) == "abc", "states never change"


REMOVALS = [("a", "a", "bc", "b"), ("b", "b", "ac", "a"), ("c", "c", "ab", "b"), ("a", "c", "bc", "c")]


@pytest.mark.parametrize(("removed", "active", "rest", "then_active"), REMOVALS)
def test_removing_a_layer_takes_the_next_below_in_hand(
    removed: str, active: str, rest: str, then_active: str
) -> None:
    state = stacked("a", "b", "c")
    ids = {layer.name: layer.id for layer in state.layers}
    state = State(state.size, state.layers, state.mask, ids[active])
    left = state.without_layer(ids[removed])
    assert names(left) == rest
    assert left.active.name == then_active


def test_the_last_layer_stays() -> None:
    state = stacked("a")
    with pytest.raises(ValueError, match="a picture keeps at least one layer"):
        state.without_layer(state.active_id)


def test_an_unknown_layer_is_a_key_error() -> None:
    state = stacked("a", "b")
    for act in (state.layer, state.without_layer):
        with pytest.raises(KeyError):
            act(-1)


def test_a_new_layer_lies_on_top_and_in_hand() -> None:
    state = stacked("a", "b")
    new = Layer.new("n", TiledImage.blank(state.size, 4))
    added = state.with_layer_added(new)
    assert names(added) == "abn"
    assert added.active is new
