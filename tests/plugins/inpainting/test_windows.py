from __future__ import annotations

import pytest
import torch
from torch import Tensor

from plugins.inpainting import windows as module
from plugins.inpainting.windows import MARGIN_PX, SIDE_PX, through_windows, windows


def hole_of(height: int, width: int, *boxes: tuple[int, int, int, int]) -> Tensor:
    hole = torch.zeros(height, width, dtype=torch.bool)
    for left, top, right, bottom in boxes:
        hole[top:bottom, left:right] = True
    return hole


HOLES = {
    "small": hole_of(900, 1200, (600, 400, 650, 430)),
    "across": hole_of(700, 1500, (3, 340, 1497, 350)),
    "at the corners": hole_of(1000, 1000, (0, 0, 20, 20), (980, 980, 1000, 1000)),
    "all but a frame": hole_of(600, 1100, (10, 10, 1090, 590)),
    "tiny picture": hole_of(9, 5, (1, 1, 3, 4)),
}


@pytest.mark.parametrize("hole", HOLES.values(), ids=list(HOLES))
def test_windows_cover_the_hole_and_see_around_it(hole: Tensor) -> None:
    covered = torch.zeros_like(hole)
    for window in windows(hole):
        assert window.width <= SIDE_PX
        assert window.height <= SIDE_PX
        assert bool(hole[window.slices].any()), "a window over nothing"
        covered[window.slices] = True
    assert bool(covered[hole].all())
    grown = torch.nn.functional.max_pool2d(hole[None, None].float(), 2 * 64 + 1, 1, 64)[0, 0] > 0
    if len(list(windows(hole))) == 1:
        assert bool(covered[grown].all()), "less than 64 px around the hole is seen"


def test_no_hole_no_window() -> None:
    assert not list(windows(torch.zeros(50, 50, dtype=torch.bool)))


def test_a_small_hole_in_a_large_picture_is_one_small_window() -> None:
    (window,) = windows(HOLES["small"])
    assert window.width <= 50 + 2 * MARGIN_PX + module.SNAP_PX


def test_windows_do_not_show() -> None:
    hole = HOLES["across"][None, None].float()
    height, width = hole.shape[-2:]
    ramp = torch.linspace(0, 1, width).expand(1, 3, height, width)
    calls: list[None] = []
    seen: list[tuple[int, ...]] = []

    def fill(draft: Tensor, hole: Tensor) -> Tensor:
        """Each window is wrong by its own amount."""
        seen.append(tuple(draft.shape))
        return torch.where(hole > 0, draft + 0.25 + 0.01 * len(seen), draft)

    result = through_windows(fill, lambda: calls.append(None))(ramp, hole)
    assert len(seen) == len(calls) > 2
    inside = (result - ramp)[0, 0, 345]  # along the hole
    assert float(inside[4:1496].min()) >= 0.26 - 1e-5
    assert float(inside[4:1496].diff().abs().max()) < 0.01 / 40, "a step between two windows"
    assert torch.equal(result[(hole == 0).expand_as(ramp)], ramp[(hole == 0).expand_as(ramp)])
