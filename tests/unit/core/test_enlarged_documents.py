"""Documents whose size has changed: their mask, what counts as saved, and what is kept for recovery."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imagetool.core.document import Document, Layer, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.masks import resized
from imagetool.core.picture import Metadata, Picture, Pixels
from imagetool.core.recovery import Journal, recoverables
from imagetool.core.tiles import TiledImage

SMALL, LARGE = Size(300, 200), Size(700, 467)


def noise(size: Size, dtype: type = np.uint8, seed: int = 1) -> Pixels:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(seed).integers(0, top, (size.height, size.width, 4), dtype)
    return pixels


def enlarged(state: State, size: Size = LARGE, dpi: int | None = None) -> State:
    pixels = noise(size, state.layers[0].pixels.dtype.type, 2)
    layer = Layer.new("Enlarge", TiledImage.from_array(pixels))
    return replace(state, size=size, layers=(layer,), mask=resized(state.mask, size), active_id=layer.id, dpi=dpi)


def mask_with(hole: Rect, size: Size = SMALL) -> TiledImage:
    plane = np.zeros((size.height, size.width, 1), np.uint8)
    plane[hole.slices] = 255
    return TiledImage.from_array(plane)


# masks


def test_an_empty_mask_in_another_size_costs_nothing() -> None:
    mask = resized(TiledImage.blank(SMALL, 1), LARGE)
    assert (mask.size, mask.channels, mask.dtype.name, len(mask.tiles)) == (LARGE, 1, "uint8", 0)


def test_a_mask_lies_over_the_same_place_in_another_size() -> None:
    mask = resized(mask_with(Rect(100, 50, 200, 150)), Size(600, 400))
    assert (mask.size, mask.channels, mask.dtype.name) == (Size(600, 400), 1, "uint8")
    plane = mask.read(mask.bounds)[..., 0]
    assert (plane[102:298, 202:398] == 255).all()
    plane = plane.copy()
    plane[98:302, 198:402] = 0
    assert not plane.any()


@pytest.mark.parametrize("size", [Size(1, 1), Size(3, 900), Size(299, 199)], ids=str)
def test_a_full_mask_stays_full(size: Size) -> None:
    mask = resized(mask_with(Rect.of_size(SMALL)), size)
    assert (mask.read(mask.bounds) == 255).all()


def test_a_soft_mask_stays_soft() -> None:
    plane = np.tile(np.linspace(0, 255, 300).astype(np.uint8), (200, 1))
    mask = resized(TiledImage.from_array(plane.copy()), Size(600, 400))
    row = mask.read(Rect(0, 200, 600, 201))[0, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() <= 1


# what counts as saved


def test_a_resolution_for_paper_is_a_change_to_be_saved() -> None:
    document = Document(Picture.of(noise(SMALL)))
    history = document.history
    history.add("Enlarge", enlarged(document.state))
    history.mark_saved(document.state)
    history.add("Print", replace(document.state, dpi=300))
    assert not history.saved
    history.undo()
    assert history.saved


def test_undo_to_the_size_of_the_file_is_saved_again() -> None:
    document = Document(Picture.of(noise(SMALL)))
    document.history.add("Enlarge", enlarged(document.state))
    assert not document.history.saved
    document.history.undo()
    assert document.history.saved


def test_the_size_is_that_of_the_state_and_the_original_keeps_its_own() -> None:
    document = Document(Picture.of(noise(SMALL)))
    document.history.add("Enlarge", enlarged(document.state))
    assert (document.size, document.original.size) == (LARGE, SMALL)
    document.history.undo()
    assert document.size == SMALL


# recovery


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("dpi", [None, 240])
def test_enlarged_work_comes_back_with_both_sizes(tmp_path: Path, dtype: type, dpi: int | None) -> None:
    metadata = Metadata(exif=b"II*\0\x08\0\0\0\0\0", dpi=(72.0, 72.0))
    document = Document(Picture.of(noise(SMALL, dtype), metadata, gray=False, has_alpha=True), name="large.png")
    document.history.add("Mask", document.state.with_mask(mask_with(Rect(10, 10, 290, 190))))
    document.history.add("Enlarge", enlarged(document.state, dpi=dpi))
    state = document.state
    Journal(tmp_path).write(document, state)
    (left,) = recoverables(tmp_path, running_pids=[])
    back = left.load()
    assert (back.state.size, back.original.size, back.state.dpi) == (LARGE, SMALL, dpi)
    for one, other in ((back.state, state), (back.original, document.original)):
        np.testing.assert_array_equal(one.active.pixels.read(one.bounds), other.active.pixels.read(other.bounds))
        np.testing.assert_array_equal(one.mask.read(one.bounds), other.mask.read(other.bounds))
    assert back.picture.metadata == metadata
    assert not back.history.saved
    back.history.undo()
    assert back.size == SMALL


def test_a_snapshot_after_undo_forgets_the_large_tiles(tmp_path: Path) -> None:
    document = Document(Picture.of(noise(SMALL)))
    journal = Journal(tmp_path)
    journal.write(document, document.state)
    (folder,) = tmp_path.iterdir()
    small = len(list(folder.iterdir()))
    journal.write(document, enlarged(document.state))
    assert len(list(folder.iterdir())) > small
    journal.write(document, document.state)
    assert len(list(folder.iterdir())) == small


def test_work_kept_before_there_was_a_resolution_can_still_be_read(tmp_path: Path) -> None:
    document = Document(Picture.of(noise(SMALL)))
    Journal(tmp_path).write(document, document.state)
    (path,) = tmp_path.glob("*/state.json")
    described = json.loads(path.read_text("utf-8"))
    for part in ("original", "state"):
        del described[part]["dpi"]
    path.write_text(json.dumps(described), "utf-8")
    (left,) = recoverables(tmp_path, running_pids=[])
    assert left.load().state.dpi is None
