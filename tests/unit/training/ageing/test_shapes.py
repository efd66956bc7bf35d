"""Lines, edges, spots and clouds."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Size
from imagetool.training.ageing.shapes import (
    Points,
    blank,
    blot,
    clouds,
    drawn_line,
    filled,
    jagged,
    opacity,
    ramp,
    wandering,
)

START = np.array([20.0, 30.0])


def rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def long(points: Points) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def test_a_line_begins_where_it_is_told_and_is_as_long_as_it_is_told() -> None:
    points = wandering(START, 0.5, 90, 0.3, rng())
    assert np.array_equal(points[0], START)
    assert long(points) == pytest.approx(90)


def test_a_line_without_turns_is_straight_and_one_with_turns_is_not() -> None:
    straight, curled = (wandering(START, 0.5, 90, turns, rng()) for turns in (0.0, 1.5))
    assert np.allclose(straight[-1], START + 90 * np.array([np.cos(0.5), np.sin(0.5)]))
    assert np.hypot(*(curled[-1] - START)) < 80


def test_a_torn_edge_keeps_its_ends_and_is_longer_than_the_way_between_them() -> None:
    end = np.array([100.0, 80.0])
    torn = jagged(START, end, 0.1, rng())
    assert np.array_equal(torn[[0, -1]], [START, end])
    assert long(torn) > 1.05 * np.hypot(*(end - START))
    assert long(jagged(START, end, 0.0, rng())) == pytest.approx(np.hypot(*(end - START)))


def test_a_spot_lies_around_its_centre() -> None:
    outline = blot(START, 10, 0.3, rng())
    plane = blank(Size(80, 80))
    filled(plane, outline)
    rows, columns = np.nonzero(plane)
    assert np.hypot(columns.mean() - 20, rows.mean() - 30) < 6
    assert 60 < len(rows) < 1200


def test_thin_lines_are_faint_and_wide_ones_wide() -> None:
    def weight(width_px: float) -> float:
        plane = blank(Size(60, 40))
        drawn_line(plane, np.array([[5.0, 20], [55.0, 20]]), width_px, np.full(2, 1.0))
        return float(opacity(plane).sum())

    assert weight(0.5) == pytest.approx(weight(1) / 2, rel=0.1)
    assert weight(5) > 3 * weight(1)


def test_a_line_is_as_strong_as_it_is_told_at_each_point() -> None:
    plane = blank(Size(60, 40))
    drawn_line(plane, np.array([[5.0, 20], [30.0, 20], [55.0, 20]]), 3, np.array([1.0, 0.2, 0.2]))
    assert plane[20, 15] == 255
    assert plane[20, 45] == pytest.approx(51, abs=1)


def test_clouds_are_as_large_as_they_are_told() -> None:
    fine, coarse = (clouds(Size(200, 120), cell_px, rng()) for cell_px in (1, 20))
    for plane in (fine, coarse):
        assert plane.shape == (120, 200)
        assert abs(float(plane.mean())) < 0.5
        assert 0.5 < plane.std() < 1.5
    assert np.abs(np.diff(coarse)).mean() < 0.2 < np.abs(np.diff(fine)).mean()


def test_a_ramp_stays_between_its_ends() -> None:
    values = ramp(50, 5, rng(), -1, 2)
    assert values.shape == (50,)
    assert -1 <= values.min() < values.max() <= 2
    assert np.abs(np.diff(values)).max() < 0.5
