"""Figures of what finds damage."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from imagetool.training.ageing.aged import aged_by_name
from imagetool.training.ageing.marks import Plane
from imagetool.training.damage_evaluation import (
    COLOUR,
    GAP_PX,
    VISIBLE,
    Tally,
    beside_what_was_found,
    evaluate,
    example,
    stacked,
    table,
)
from imagetool.training.outliers import auroc
from imagetool.training.photos import Photo
from tests.fakes.pictures import textured

PHOTOS = [(f"{number}.jpg", textured(64, 48, number)) for number in range(6)]
OLD = {photo.image.tobytes(): photo for photo in (aged_by_name(name, photo) for name, photo in PHOTOS)}


def knowing(photo: Photo) -> Plane:
    """Knows the truth."""
    return np.where(OLD[photo.tobytes()].truth >= VISIBLE, np.float32(0.9), np.float32(0.1))


def always(photo: Photo) -> Plane:
    """Finds damage everywhere."""
    return np.ones(photo.shape[:2], np.float32)


def tallied(found: list[float], damaged: list[bool]) -> Tally:
    tally = Tally()
    tally.add(np.array(found, np.float32), np.array(damaged))
    return tally


def test_auroc_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(1)
    damaged = rng.random(500) < 0.3
    found = np.clip(np.round(rng.normal(0.4 + 0.2 * damaged, 0.2), 2), 0, 1).astype(np.float32)
    expected = auroc(found[~damaged].tolist(), found[damaged].tolist())
    assert tallied(found.tolist(), damaged.tolist()).auroc() == pytest.approx(expected, abs=1e-4)
    assert 0.6 < expected < 0.9


def test_f1_counts_what_is_found_what_is_missed_and_what_is_wrong() -> None:
    tally = tallied([0.9, 0.8, 0.4, 0.7, 0.1, 0.1], [True, True, True, False, False, False])
    assert tally.f1() == pytest.approx(2 * 2 / (3 + 3))
    assert tally.f1(0.75) == pytest.approx(2 * 2 / (3 + 2))
    assert tally.found() == pytest.approx(2 / 3)
    assert tally.marked() == pytest.approx(1 / 3)
    assert tally.share == 0.5
    threshold, best = tally.best()
    assert best == pytest.approx(2 * 3 / (3 + 4)), "all of the damage, and one that is none"
    assert 0.1 < threshold <= 0.4


def test_a_probability_of_one_half_is_found() -> None:
    assert tallied([0.5], [True]).found() == 1


def test_pictures_are_pooled_pixel_by_pixel() -> None:
    tally = tallied([0.9, 0.1], [True, False])
    tally.add(np.array([[0.2]], np.float32), np.array([[True]]))
    assert tally.found() == 0.5
    assert tally.damaged == 2


def test_what_does_not_occur_has_no_figure() -> None:
    none = tallied([0.1, 0.2], [False, False])
    assert (none.auroc(), none.found()) == (None, None)
    assert tallied([0.1], [True]).marked() is None


def test_who_knows_the_truth_finds_all_of_it_and_nothing_else() -> None:
    figures = evaluate(knowing, PHOTOS)
    assert figures.photos == len(PHOTOS)
    assert 0 < figures.damaged < 0.5
    assert (figures.auroc, figures.f1, figures.best_f1) == (1, 1, 1)
    occurring = {kind: share for kind, share in figures.found.items() if share is not None}
    assert set(occurring.values()) == {1}
    assert list(figures.found) == ["scratch", "dust", "hair", "fold", "stain", "tear"]


def test_who_marks_everything_is_wrong_about_all_that_is_sound() -> None:
    figures = evaluate(always, PHOTOS)
    assert figures.auroc == 0.5
    assert figures.f1 == pytest.approx(2 * figures.damaged / (1 + figures.damaged))
    unharmed = [not old.kinds.any() for old in OLD.values()]
    assert figures.marked_unharmed == (1 if any(unharmed) else None)


def test_another_seed_is_other_damage() -> None:
    assert evaluate(always, PHOTOS, seed=1).damaged != evaluate(always, PHOTOS).damaged


def test_the_table_says_what_was_measured() -> None:
    figures = dataclasses.replace(
        evaluate(always, PHOTOS[:1]), auroc=None, found={"scratch": 0.5, "tear": None}, marked_unharmed=0.001
    )
    lines = table(figures).splitlines()
    assert lines[2].startswith("| – | ")
    assert lines[2].endswith(" | 0.100% |")
    assert lines[6:8] == ["| scratch | 50.0% |", "| tear | – |"]
    assert lines[-1].startswith("1 photos, ")


def test_a_row_shows_the_old_photo_its_damage_and_what_is_found() -> None:
    old = next(each for each in OLD.values() if (each.truth >= VISIBLE).any())
    height, width = old.truth.shape
    shown = example(always, old)
    assert shown.shape == (height, 3 * width + 2 * GAP_PX, 3)
    first, second, third = (shown[:, at * (width + GAP_PX) :][:, :width] for at in range(3))
    assert np.array_equal(first, old.image)
    assert np.array_equal(
        (second != old.image).any(axis=2) | (old.image == COLOUR).all(axis=2), old.truth >= VISIBLE
    )
    assert (third == COLOUR).all()


def test_photos_as_they_are_stand_beside_what_is_found_in_rows_of_any_width() -> None:
    rows = [beside_what_was_found(always, photo) for photo in (textured(20, 30), textured(40, 10))]
    sheet = stacked(rows)
    assert sheet.shape == (30 + GAP_PX + 10, 2 * 40 + GAP_PX, 3)
    assert np.array_equal(sheet[:30, :20], textured(20, 30))
    assert (sheet[:30, 46:] == 255).all()
