"""The membrane is the solution of Laplace's equation."""

from __future__ import annotations

import pytest
import torch

from plugins.inpainting import membrane


@pytest.mark.parametrize("size", [12, 90])
def test_a_slope_is_continued(size: int) -> None:
    slope = torch.stack(
        [torch.linspace(0, 1, size).expand(size, size), torch.linspace(1, 0, size)[:, None].expand(size, size)]
    )
    hole = torch.zeros(size, size, dtype=torch.bool)
    hole[size // 4 : -size // 4, size // 4 : -size // 4] = True
    filled = membrane.stretch(slope * ~hole, hole)
    assert torch.allclose(filled, slope, atol=0.01)
    assert torch.equal(filled[:, ~hole], slope[:, ~hole])


def test_no_value_lies_beyond_its_surroundings() -> None:
    planes = torch.rand(1, 40, 40, generator=torch.Generator().manual_seed(1))
    hole = torch.zeros(40, 40, dtype=torch.bool)
    hole[:30, 10:] = True
    filled = membrane.stretch(planes, hole)[:, hole]
    assert float(filled.min()) > -0.01
    assert float(filled.max()) < 1.01


def test_one_known_pixel_gives_a_flat_picture() -> None:
    hole = torch.ones(9, 9, dtype=torch.bool)
    hole[0, 0] = False
    assert torch.allclose(membrane.stretch(torch.full((1, 9, 9), 0.7), hole), torch.tensor(0.7), atol=0.02)
