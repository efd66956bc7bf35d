from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.grids import MISSING, cells_of, columns_for, composed, cut, rows_for

FORMS = [
    # pictures, columns, rows
    (1, 1, 1),
    (2, 2, 1),
    (3, 2, 2),
    (4, 2, 2),
    (5, 3, 2),
    (7, 3, 3),
    (9, 3, 3),
    (10, 4, 3),
    (16, 4, 4),
    (17, 5, 4),
    (64, 8, 8),
    (65, 9, 8),
    (1000, 32, 32),
]


@pytest.mark.parametrize(("count", "columns", "rows"), FORMS)
def test_a_grid_is_as_wide_as_it_is_high_or_a_little_wider(count: int, columns: int, rows: int) -> None:
    assert (columns_for(count), rows_for(count)) == (columns, rows)
    assert columns == int(np.ceil(np.sqrt(count)))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_what_is_composed_is_cut_again(count: int) -> None:
    pictures = np.random.default_rng(count).integers(0, 256, (count, 5, 7, 3), np.uint8)
    grid = composed(list(pictures))
    assert grid.shape == (5 * rows_for(count), 7 * columns_for(count), 3)
    np.testing.assert_array_equal(np.stack(cut(grid, count)), pictures)


def test_cells_go_row_by_row_and_what_is_missing_is_gray() -> None:
    assert cells_of(Size(14, 10), 3) == (Rect(0, 0, 7, 5), Rect(7, 0, 14, 5), Rect(0, 5, 7, 10))
    grid = composed([np.zeros((5, 7, 4), np.uint8)] * 3)
    assert (grid[5:, 7:] == MISSING).all()
    assert not grid[:5].any()
    assert not grid[5:, :7].any()


@pytest.mark.parametrize(
    ("size", "count"), [(Size(5, 4), 3), (Size(4, 5), 3), (Size(0, 4), 2), (Size(4, 0), 2), (Size(1, 1), 2)]
)
def test_a_grid_of_another_form_is_none(size: Size, count: int) -> None:
    assert cells_of(size, count) is None
    with pytest.raises(ValueError, match=f"a grid of {size} does not hold {count} pictures of one size"):
        cut(np.zeros((size.height, size.width, 3), np.uint8), count)
