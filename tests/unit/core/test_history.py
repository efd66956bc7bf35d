from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imagetool.core.document import Document, State
from imagetool.core.history import MAX_ENTRIES, History
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage

SIDE = 64


def opened() -> State:
    return Document(Picture.of(np.zeros((SIDE, SIDE, 4), np.uint8))).state


def painted(state: State, value: int) -> State:
    """The state with another background, every pixel of it."""
    layer = state.layers[0]
    pixels = TiledImage.from_array(np.full((SIDE, SIDE, 4), value, np.uint8))
    return state.with_layer(replace(layer, pixels=pixels))


def masked(state: State, value: int) -> State:
    return state.with_mask(TiledImage.from_array(np.full((SIDE, SIDE), value, np.uint8)))


def names(history: History) -> list[str]:
    return [entry.name for entry in history.entries]


def test_undo_and_redo_walk_the_line_and_stop_at_its_ends() -> None:
    start = opened()
    history = History("Open", start)
    one, two = painted(start, 1), painted(start, 2)
    history.add("One", one)
    history.add("Two", two)
    seen = []
    for step in (history.undo, history.undo, history.undo, history.redo, history.redo, history.redo):
        step()
        seen.append(history.state)
    assert seen == [one, start, start, one, two, two]
    assert (history.can_undo, history.can_redo) == (True, False)


def test_a_change_after_undo_drops_what_was_undone() -> None:
    start = opened()
    history = History("Open", start)
    history.add("One", painted(start, 1))
    history.add("Two", painted(start, 2))
    history.go_to(0)
    history.add("Three", painted(start, 3))
    assert names(history) == ["Open", "Three"]
    assert not history.can_redo


@pytest.mark.parametrize(("asked", "shown"), [(-5, 0), (0, 0), (1, 1), (2, 2), (99, 2)])
def test_going_to_a_place_that_is_not_there_goes_to_the_nearest(asked: int, shown: int) -> None:
    start = opened()
    history = History("Open", start)
    history.add("One", painted(start, 1))
    history.add("Two", painted(start, 2))
    history.go_to(asked)
    assert history.position == shown


def test_a_dragged_slider_is_one_entry() -> None:
    start = opened()
    history = History("Open", start)
    for value in range(5):
        history.add("Opacity", painted(start, value), merge_key="opacity:1")
    assert names(history) == ["Open", "Opacity"]
    history.undo()
    assert history.state is start, "one undo takes the whole drag back"


def test_changes_with_other_keys_or_none_are_entries_of_their_own() -> None:
    start = opened()
    history = History("Open", start)
    for name, key in [("A", "a"), ("B", "b"), ("A", "a"), ("C", None), ("D", None)]:
        history.add(name, painted(start, 1), merge_key=key)
    assert names(history) == ["Open", "A", "B", "A", "C", "D"]


def test_a_drag_after_undo_does_not_swallow_the_opened_picture() -> None:
    start = opened()
    history = History("Open", start)
    history.add("Opacity", painted(start, 1), merge_key="opacity:1")
    history.undo()
    history.add("Opacity", painted(start, 2), merge_key="opacity:1")
    assert names(history) == ["Open", "Opacity"]


def test_saved_speaks_of_the_layers_shown() -> None:
    start = opened()
    history = History("Open", start)
    assert history.saved, "a picture just opened is what the file holds"
    history.add("Mask", masked(start, 255))
    assert history.saved, "the mask is not part of the file"
    history.add("Paint", painted(history.state, 1))
    assert not history.saved
    history.mark_saved(history.state)
    assert history.saved
    history.go_to(0)
    assert not history.saved, "the file holds the painted one"
    history.redo()
    history.redo()
    assert history.saved
    history.mark_unsaved()
    assert not history.saved


def test_what_changes_while_it_is_being_saved_stays_unsaved() -> None:
    start = opened()
    history = History("Open", start)
    being_saved = painted(start, 1)
    history.add("Paint", being_saved)
    history.add("Paint more", painted(start, 2))
    history.mark_saved(being_saved)
    assert not history.saved
    history.undo()
    assert history.saved


def test_old_entries_are_forgotten_when_there_are_too_many() -> None:
    start = opened()
    history = History("Open", start)
    for number in range(MAX_ENTRIES + 10):
        history.add(str(number), masked(start, 1))
    assert len(history.entries) == MAX_ENTRIES
    assert history.state is history.entries[-1].state
    assert history.first_state is start, "comparing with the opened picture still works"


def test_old_entries_are_forgotten_when_they_hold_too_much() -> None:
    start = opened()
    one_picture = SIDE * SIDE * 4
    history = History("Open", start, max_bytes=3 * one_picture)
    states = [painted(start, value) for value in range(1, 8)]
    for number, state in enumerate(states):
        history.add(str(number), state)
    assert history.state is states[-1]
    assert 2 <= len(history.entries) <= 4
    assert sum(entry.bytes_added for entry in history.entries) <= 3 * one_picture


def test_one_change_larger_than_the_limit_is_still_undoable() -> None:
    start = opened()
    history = History("Open", start, max_bytes=10)
    history.add("Paint", painted(start, 1))
    history.undo()
    assert history.state is start


def test_an_entry_costs_only_the_tiles_that_changed() -> None:
    start = Document(Picture.of(np.zeros((1024, 1024, 4), np.uint8))).state
    history = History("Open", start)
    layer = start.layers[0]
    dot = np.ones((1, 1, 4), np.uint8)
    history.add("Dot", start.with_layer(replace(layer, pixels=layer.pixels.with_pixels(5, 5, dot))))
    assert history.entries[-1].bytes_added == 256 * 256 * 4


def test_a_drag_onto_the_oldest_entry_left_does_not_swallow_it() -> None:
    start = opened()
    history = History("Open", start, max_bytes=10)
    history.add("Opacity", painted(start, 1), merge_key="opacity:1")
    history.add("Paint", painted(start, 2))
    assert names(history) == ["Opacity", "Paint"], "the first one was forgotten"
    history.undo()
    history.add("Opacity", painted(start, 3), merge_key="opacity:1")
    assert names(history) == ["Opacity", "Opacity"]
