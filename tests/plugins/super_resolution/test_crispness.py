from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from plugins.super_resolution.crispness import REACH_PX, crisper

SCALES = [2, 3, 4]

by_scale = pytest.mark.parametrize("scale", SCALES)


def noise(height: int, width: int) -> Tensor:
    """Soft noise, as enlarged pictures are."""
    image = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(2))
    return functional.avg_pool2d(functional.pad(image, (1, 1, 1, 1), mode="replicate"), 3, stride=1)


@by_scale
def test_none_leaves_the_picture_as_it_is(scale: int) -> None:
    image = noise(24, 36)
    assert torch.equal(crisper(image, scale, 0.0), image)


@by_scale
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_nothing_overshoots_its_surroundings(scale: int, strength: float) -> None:
    image = noise(24, 36)
    made = crisper(image, scale, strength)
    reach = scale // 2
    lightest = functional.max_pool2d(image, 2 * reach + 1, stride=1, padding=reach)
    darkest = -functional.max_pool2d(-image, 2 * reach + 1, stride=1, padding=reach)
    assert bool((made <= lightest).all())
    assert bool((made >= darkest).all())
    assert not torch.equal(made, image)


@by_scale
def test_an_edge_gets_steeper_and_no_halo(scale: int) -> None:
    ramp = torch.sigmoid((torch.arange(12.0 * scale) + 0.5 - 6 * scale) / (0.5 * scale)) * 0.6 + 0.2
    edge = ramp.expand(1, 3, 10, -1)
    steepness = [float(edge.diff(dim=-1).max())]
    for strength in (0.25, 0.5, 1.0):
        made = crisper(edge, scale, strength)
        steepness.append(float(made.diff(dim=-1).max()))
        assert float(made.diff(dim=-1).min()) >= -1e-6, "the edge goes back"
        assert float(made.max()) <= float(edge.max())
        assert float(made.min()) >= float(edge.min())
    assert steepness == sorted(steepness)
    assert steepness[-1] > 1.3 * steepness[0]


@by_scale
def test_what_is_flat_stays_flat(scale: int) -> None:
    image = torch.full((1, 3, 20, 20), 0.4)
    torch.testing.assert_close(crisper(image, scale, 1.0), image, rtol=0, atol=1e-6)


@by_scale
def test_a_pixel_reaches_no_further_than_it_says(scale: int) -> None:
    side = (2 * REACH_PX + 3) * scale
    image, begin = noise(side, side), (REACH_PX + 1) * scale
    changed = image.clone()
    changed[..., begin : begin + scale, begin : begin + scale] += 1.0  # one pixel of the small picture
    difference = (crisper(changed, scale, 1.0) - crisper(image, scale, 1.0)).abs().amax(dim=1, keepdim=True)
    by_pixel = functional.max_pool2d(difference, scale)[0, 0] > 1e-6
    rows, columns = by_pixel.nonzero().unbind(1)
    middle = REACH_PX + 1
    assert int(rows.min()) >= middle - REACH_PX
    assert int(columns.max()) <= middle + REACH_PX
    assert int(rows.max()) > middle, "nothing around the pixel has changed"


@by_scale
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (33, 17)], ids=str)
def test_any_size(scale: int, size: tuple[int, int]) -> None:
    image = noise(*(side * scale for side in size))
    made = crisper(image, scale, 1.0)
    assert made.shape == image.shape
    assert bool(torch.isfinite(made).all())


def test_a_mirrored_picture_gives_the_mirrored_result() -> None:
    image = noise(24, 36)
    made = crisper(image.flip(-1), 2, 0.7).flip(-1)
    torch.testing.assert_close(made, crisper(image, 2, 0.7), rtol=0, atol=1e-6)
