"""Plans of tiles that have something odd about them: one tile, narrow ones, tiles too small to be blended."""

from __future__ import annotations

import pytest

from imagetool.core.geometry import Size

PLANS = [
    # size of the result, largest tile
    (Size(100, 80), Size(200, 200)),
    (Size(100, 80), Size(100, 80)),
    (Size(100, 80), Size(99, 79)),
    (Size(100, 80), Size(32, 24)),
    (Size(101, 83), Size(17, 30)),
    (Size(1, 1), Size(16, 16)),
    (Size(1, 70), Size(16, 16)),
    (Size(33, 1), Size(16, 16)),
    (Size(40, 30), Size(8, 4)),
    (Size(40, 30), Size(3, 30)),
    (Size(9, 12), Size(1, 2)),
    (Size(9, 12), Size(0, 0)),
]

by_plan = pytest.mark.parametrize(("size", "step"), PLANS, ids=str)
