"""Thin and wide places of a hole."""

from __future__ import annotations

import torch

from plugins.inpainting.finishing import thinness


def test_a_scratch_is_thin_and_a_box_is_not() -> None:
    hole = torch.zeros(120, 120, dtype=torch.bool)
    hole[10:18, 5:115] = True
    hole[50:100, 30:90] = True
    thin = thinness(hole, 12.0)
    assert float(thin[10:18, 5:115].min()) == 1
    assert float(thin[50:100, 30:90][10:-10, 10:-10].max()) == 0
    assert float(thin[~hole].max()) == 0


def test_a_scratch_that_meets_a_box_changes_gradually() -> None:
    hole = torch.zeros(60, 60, dtype=torch.bool)
    hole[26:34] = True
    assert 0 < float(thinness(hole, 6.0)[30, 30]) < 1


def test_width_zero_keeps_texture_everywhere() -> None:
    assert not bool(thinness(torch.ones(9, 9, dtype=torch.bool), 0.0).any())
