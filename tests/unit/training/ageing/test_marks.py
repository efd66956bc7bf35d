"""Marks on prints, and what draws each kind of them."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Size
from imagetool.training.ageing.aged import DAMAGES
from imagetool.training.ageing.marks import Kind, Mark, Materials, Plane

SIZE = Size(150, 110)
RED = np.array([1, 0, 0], np.float32)


def half(opacity: float) -> Plane:
    """Opaque in the left half."""
    plane = np.zeros((4, 6), np.float32)
    plane[:, :3] = opacity
    return plane


def test_a_mark_covers_as_much_as_it_is_opaque() -> None:
    picture = np.full((4, 6, 3), 0.5, np.float32)
    marked = Mark(Kind.DUST, half(0.5), RED).over(picture)
    assert np.allclose(marked[:, :3], (0.75, 0.25, 0.25))
    assert np.array_equal(marked[:, 3:], picture[:, 3:])
    assert (picture == 0.5).all(), "the caller's picture is written to"


def test_a_stain_lets_the_print_shine_through() -> None:
    picture = np.full((4, 6, 3), 0.5, np.float32)
    marked = Mark(Kind.STAIN, half(1), np.array([1, 0.5, 0], np.float32), shines_through=True).over(picture)
    assert np.allclose(marked[:, :3], (0.5, 0.25, 0))


def test_a_mark_may_have_a_colour_at_each_pixel() -> None:
    colours = np.random.default_rng(1).random((4, 6, 3), np.float32)
    marked = Mark(Kind.TEAR, half(1), colours).over(np.zeros((4, 6, 3), np.float32))
    assert np.array_equal(marked[:, :3], colours[:, :3])
    assert not marked[:, 3:].any()


def test_a_mark_that_is_nowhere_changes_nothing() -> None:
    picture = np.full((4, 6, 3), 0.5, np.float32)
    assert np.array_equal(Mark(Kind.HAIR, half(0), RED).over(picture), picture)


def opaque(kind: Kind, seed: int, size: Size = SIZE) -> Plane:
    """Where all marks of a kind lie."""
    rng = np.random.default_rng(seed)
    marks = DAMAGES[kind][1](size, Materials.drawn(rng), rng)
    for mark in marks:
        assert mark.kind is kind
        assert mark.opacity.shape == (size.height, size.width)
        assert mark.opacity.dtype == np.float32
        assert 0 <= mark.opacity.min() <= mark.opacity.max() <= 1
        assert 0 <= mark.colour.min() <= mark.colour.max() <= 1
    there: Plane = np.max([mark.opacity for mark in marks], axis=0)
    return there


@pytest.mark.parametrize("kind", DAMAGES, ids=lambda kind: kind.name)
def test_each_kind_repeats_and_mostly_leaves_something(kind: Kind) -> None:
    drawn = [opaque(kind, seed) for seed in range(12)]
    assert all(np.array_equal(plane, opaque(kind, seed)) for seed, plane in enumerate(drawn[:3]))
    assert not np.array_equal(drawn[0], drawn[1])
    assert sum(bool((plane > 0.3).any()) for plane in drawn) >= 9
    assert np.mean([(plane > 0.3).mean() for plane in drawn]) < 0.4, "something of the photo is left"


@pytest.mark.parametrize("kind", DAMAGES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("size", [Size(1, 1), Size(3, 40), Size(40, 2)], ids=str)
def test_the_smallest_pictures_do_not_matter(kind: Kind, size: Size) -> None:
    for seed in range(6):
        opaque(kind, seed, size)


def covered(kind: Kind, size: Size) -> float:
    return float(np.mean([(opaque(kind, seed, size) > 0.3).mean() for seed in range(30)]))


def test_scratches_hairs_and_dust_are_thinner_than_stains_and_tears() -> None:
    thin = max(covered(kind, SIZE) for kind in (Kind.SCRATCH, Kind.HAIR, Kind.DUST))
    assert thin < min(covered(kind, SIZE) for kind in (Kind.STAIN, Kind.TEAR))


def test_larger_scans_have_more_dust_and_not_a_denser_layer_of_it() -> None:
    small, large = covered(Kind.DUST, Size(100, 100)), covered(Kind.DUST, Size(400, 400))
    assert 0.3 < large / small < 3
