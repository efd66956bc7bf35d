from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.tile_plan import TilePlan
from imagetool.kit.tile_order import TileOrder, in_view
from tests.fakes.tile_plans import by_plan

PLAN = TilePlan.of_step(Size(120, 80), Size(20, 20))  # 6 columns, 4 rows


def order(plan: TilePlan = PLAN, done: Iterable[int] = (), view: Rect | None = None) -> list[int]:
    tiles, all_of_them = TileOrder(plan, done), []
    while (index := tiles.next(view)) is not None:
        all_of_them.append(index)
    return all_of_them


@by_plan
def test_each_tile_comes_once_wherever_one_looks(size: Size, step: Size) -> None:
    plan = TilePlan.of_step(size, step)
    rng = np.random.default_rng(1)
    tiles, came, view = TileOrder(plan, ()), [], None
    while (index := tiles.next(view)) is not None:
        came.append(index)
        left, top = (int(rng.integers(-5, side + 5)) for side in size)
        view = None if rng.random() < 0.2 else Rect(left, top, left + 20, top + 20)
    assert sorted(came) == list(range(len(plan.tiles)))
    assert tiles.next(view) is None


def test_without_a_view_columns_are_worked_through_from_above_to_below() -> None:
    columns = [[column + 6 * row for row in range(4)] for column in range(6)]
    assert order() == [index for column in columns for index in column]


def test_tiles_in_view_come_first_the_nearest_to_its_middle_before_the_others() -> None:
    view = Rect(45, 25, 75, 39)  # 2, 3 in the second row; its middle lies in the third column
    first, second, *rest = order(view=view)
    assert {first, second} == {8, 9}
    assert rest[:2] == [second + 6, second + 12], "then on downwards"
    assert order(view=Rect(45, 22, 62, 38))[:2] == [8, 9]
    assert order(view=Rect(58, 22, 75, 38))[:2] == [9, 8]


def test_a_small_view_is_worked_through_from_its_middle() -> None:
    assert in_view(PLAN, Rect(25, 5, 42, 58)) == [7, 8, 13, 1, 14, 2]


def test_what_is_seen_later_comes_next() -> None:
    tiles = TileOrder(PLAN, ())
    assert [tiles.next(Rect(0, 0, 10, 10)) for _ in range(2)] == [0, 6]
    assert tiles.next(Rect(105, 65, 110, 70)) == 23
    assert tiles.next(Rect(105, 65, 110, 70)) == 1, "all that is seen is taken"


def test_a_large_view_is_worked_through_in_columns_nearest_first() -> None:
    assert in_view(PLAN, Rect(30, 0, 110, 80))[:8] == [3, 9, 15, 21, 2, 8, 14, 20]
    assert in_view(PLAN, Rect(0, 0, 120, 80))[:8] == [2, 8, 14, 20, 3, 9, 15, 21], "not both at a time"


def test_what_is_done_is_left_out() -> None:
    done = [0, 7, 8, 23]
    assert sorted([*order(done=done), *done]) == list(range(24))
    assert order(done=range(24)) == []


@pytest.mark.parametrize("view", [Rect(300, 300, 400, 400), Rect(-20, 0, 0, 80), Rect(5, 90, 6, 91)], ids=str)
def test_nothing_is_seen_beside_the_picture(view: Rect) -> None:
    assert in_view(PLAN, view) == []
    assert order(view=view) == order()


def test_many_tiles_take_little_time() -> None:
    """Each pick looks at a few tiles, not at all of them: else this would be 600 million looks."""
    plan = TilePlan.of_step(Size(800, 500), Size(4, 4))
    assert len(order(plan, view=Rect(100, 100, 200, 200))) == 25_000
