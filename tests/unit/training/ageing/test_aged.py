"""New photos made old, and the truth about their damage."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.training.ageing.aged import SEEN, UNHARMED, UNSEEN, Aged, _seen, aged, aged_by_name
from imagetool.training.ageing.marks import Colours, Kind, Plane
from imagetool.training.photos import Photo
from tests.fakes.pictures import textured

PHOTO = textured(120, 90)


@pytest.fixture(scope="module")
def many() -> list[Aged]:
    """One photo, made old in many ways."""
    rng = np.random.default_rng(5)
    return [aged(PHOTO, rng) for _ in range(60)]


def test_an_old_photo_has_the_size_of_the_new_one(many: list[Aged]) -> None:
    for old in many:
        assert (old.image.shape, str(old.image.dtype)) == (PHOTO.shape, "uint8")
        assert (old.truth.shape, str(old.truth.dtype)) == (PHOTO.shape[:2], "float32")
        assert 0 <= old.truth.min() <= old.truth.max() <= 1
        assert set(np.unique(old.kinds)) <= {0, *Kind}


def test_the_photo_that_was_given_stays_as_it_is() -> None:
    before = PHOTO.copy()
    aged(PHOTO, np.random.default_rng(1))
    assert np.array_equal(PHOTO, before)


def test_some_photos_have_no_damage_and_all_kinds_occur(many: list[Aged]) -> None:
    unharmed = [old for old in many if not old.kinds.any()]
    assert UNHARMED / 3 < len(unharmed) / len(many) < 3 * UNHARMED
    assert not any(old.truth.any() for old in unharmed)
    assert set(np.concatenate([np.unique(old.kinds) for old in many])) == {0, *Kind}


def test_damage_is_true_only_where_something_was_drawn(many: list[Aged]) -> None:
    """But for the scanner's blur, which carries it a little further."""
    beside = [float((old.truth[old.kinds == 0] > 0.5).mean()) for old in many]
    assert max(beside) < 0.03


def test_the_same_name_and_seed_give_the_same_old_photo() -> None:
    one, same = aged_by_name("a/photo.jpg", PHOTO), aged_by_name("b/photo.png", PHOTO)
    assert np.array_equal(one.image, same.image)
    assert np.array_equal(one.truth, same.truth)
    for other in (aged_by_name("a/other.jpg", PHOTO), aged_by_name("a/photo.jpg", PHOTO, seed=1)):
        assert not np.array_equal(one.image, other.image)


def flat(value: float) -> Colours:
    return np.full((31, 31, 3), value, np.float32)


def spot(opacity: float = 1.0) -> Plane:
    """Somewhere in the middle."""
    there = np.zeros((31, 31), np.float32)
    there[12:19, 12:19] = opacity
    return there


def seen_at_the_middle(before: Colours, change: float) -> float:
    there = spot()
    return float(_seen(before, before + np.float32(change) * there[..., None], there)[15, 15])


def test_a_change_counts_the_more_the_stronger_it_is() -> None:
    assert seen_at_the_middle(flat(0.5), 0.9 * UNSEEN) == 0
    assert seen_at_the_middle(flat(0.5), (UNSEEN + SEEN) / 2) == pytest.approx(0.5, abs=0.01)
    assert seen_at_the_middle(flat(0.5), 1.1 * SEEN) == 1
    assert seen_at_the_middle(flat(0.5), -1.1 * SEEN) == 1


def test_grain_and_texture_hide_weak_changes_and_not_strong_ones() -> None:
    noisy = flat(0.5) + np.random.default_rng(2).normal(0, 0.08, (31, 31, 1)).astype(np.float32)
    assert seen_at_the_middle(noisy, 0.06) < 0.2
    assert seen_at_the_middle(noisy, 0.4) == 1


def test_damage_counts_where_it_happens_to_have_the_colour_below_it() -> None:
    before, there = flat(0.5), spot()
    before[15] = 0.9  # a bright line of the photo, as bright as the mark that crosses it
    after = np.where(there[..., None] > 0, np.float32(0.9), before)
    assert _seen(before, after, there)[15, 15] > 0.5
    assert not _seen(before, after, there)[:8].any()


def test_old_photos_differ_in_colour_and_in_how_faded_they_are() -> None:
    rng = np.random.default_rng(8)
    photos: list[Photo] = [aged(PHOTO, rng).image for _ in range(40)]
    colourful = [float(np.ptp(photo.astype(int), axis=2).mean()) for photo in photos]
    assert min(colourful) < 8, "some are gray"
    assert max(colourful) > 40
    spread = [float(photo.std()) for photo in photos]
    assert max(spread) > 1.5 * min(spread)


def test_grain_does_not_hide_what_is_wide() -> None:
    noisy = flat(0.5) + np.random.default_rng(2).normal(0, 0.1, (31, 31, 1)).astype(np.float32)
    thin, wide = spot(), np.zeros((31, 31), np.float32)
    thin[:, 16:] = thin[:, :15] = 0
    wide[8:23] = 1

    def seen(there: Plane) -> float:
        return float(_seen(noisy, noisy + np.float32(0.13) * there[..., None], there)[15, 15])

    assert seen(thin) < 0.5 < seen(wide)
