from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.resampling import CUBIC, resize
from plugins.super_resolution.network import Cubic, Layout, Network

SCALES = [2, 3, 4]
SMALL = Layout(width=8, blocks=2, kernel=1, partial=4, scales=(2, 3, 4))
LARGE_KERNEL = Layout(width=8, blocks=2, kernel=7, partial=4, scales=(2, 3, 4))
LAYOUTS = [SMALL, LARGE_KERNEL, Layout(width=6, blocks=3, kernel=5, partial=6, scales=(3,))]


def noise(height: int, width: int, count: int = 1) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(height * 100 + width))


def random_network(layout: Layout, seed: int = 1) -> Network:
    """All of its values random, also those that begin as zeros."""
    network, rng = Network(layout), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in network.parameters():
            spread = 1 / math.sqrt(value[0].numel()) if value.dim() > 1 else 0.1
            value.copy_(torch.randn(value.shape, generator=rng) * spread)
    return network.eval()


def enlarged(network: Network, image: Tensor, scale: int) -> Tensor:
    with torch.inference_mode():
        made: Tensor = network(image, scale)
    return made


@pytest.mark.parametrize("scale", SCALES)
def test_cubic_is_what_the_kit_makes_inside(scale: int) -> None:
    image = noise(17, 23)
    made, expected = Cubic(scale)(image), resize(image, Size(23 * scale, 17 * scale), CUBIC)
    inner = (..., slice(2 * scale, -2 * scale), slice(2 * scale, -2 * scale))
    torch.testing.assert_close(made[inner], expected[inner], rtol=0, atol=1e-6)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 7), Size(2, 2)], ids=str)
def test_cubic_keeps_what_is_constant(scale: int, size: Size) -> None:
    made = Cubic(scale)(torch.full((1, 3, size.height, size.width), 0.3))
    assert made.shape == (1, 3, size.height * scale, size.width * scale)
    torch.testing.assert_close(made, torch.full_like(made, 0.3), rtol=0, atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_an_untrained_network_is_bicubic(layout: Layout) -> None:
    image, network = noise(19, 14, count=2), Network(layout)
    for scale in layout.scales:
        assert torch.equal(enlarged(network, image, scale), Cubic(scale)(image))


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_pixel_reaches_as_far_as_the_layout_says_and_no_further(layout: Layout) -> None:
    reach, network = layout.reach_px, random_network(layout)
    side = 2 * reach + 5
    image = noise(side, side)
    changed = image.clone()
    changed[..., reach + 2, reach + 2] += 5.0  # so strong that it shows at the end of the reach, too
    for scale in layout.scales:
        difference = (enlarged(network, changed, scale) - enlarged(network, image, scale)).abs()
        by_pixel = torch.nn.functional.max_pool2d(difference.amax(dim=1, keepdim=True), scale)[0, 0] > 0
        rows, columns = by_pixel.nonzero().unbind(1)
        assert int(rows.min()) == int(columns.min()) == 2
        assert int(rows.max()) == int(columns.max()) == 2 + 2 * reach


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 7), Size(33, 17)], ids=str)
def test_any_size_is_enlarged_by_every_scale(layout: Layout, size: Size) -> None:
    network = random_network(layout)
    for scale in layout.scales:
        made = enlarged(network, noise(size.height, size.width), scale)
        assert made.shape == (1, 3, size.height * scale, size.width * scale)
        assert made.dtype == torch.float32
        assert bool(torch.isfinite(made).all())


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    network, images = random_network(LARGE_KERNEL), noise(9, 11, count=3)
    together = enlarged(network, images, 2)
    for index in range(3):
        alone = enlarged(network, images[index : index + 1], 2)
        torch.testing.assert_close(together[index : index + 1], alone, rtol=0, atol=1e-5)


def test_autocast_changes_the_detail_but_not_the_enlargement() -> None:
    image, network = noise(9, 11), Network(SMALL)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made = enlarged(network, image, 2)
    assert made.dtype == torch.float32
    assert torch.equal(made, Cubic(2)(image))


def test_the_layout_survives_its_table() -> None:
    for layout in LAYOUTS:
        assert Layout.read(layout.table()) == layout
    assert Layout.read(SMALL.table() | {"scales": [4, 2, 2]}).scales == (2, 4)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("too little", {"width": None}, "network has the keys blocks, kernel, partial, scales, not width, blocks,"),
    ("too much", {"depth": 3}, "network has the keys blocks, depth, kernel, partial, scales, width, not width,"),
    ("zero", {"width": 0}, "width is 0, not a whole number from 1 to 512"),
    ("too large", {"blocks": 513}, "blocks is 513, not a whole number from 1 to 512"),
    ("fraction", {"width": 8.0}, "width is 8.0, not a whole number from 1 to 512"),
    ("bool", {"blocks": True}, "blocks is True, not a whole number from 1 to 512"),
    ("text", {"kernel": "7"}, "kernel is '7', not a whole number from 1 to 512"),
    ("even kernel", {"kernel": 6}, "kernel is even, or partial above width"),
    ("partial above width", {"partial": 9}, "kernel is even, or partial above width"),
    ("no scale", {"scales": []}, "scales is [], not a list of 2, 3 and 4"),
    ("scale of one", {"scales": [1, 2]}, "scales is [1, 2], not a list of 2, 3 and 4"),
    ("one number", {"scales": 2}, "scales is 2, not a list of 2, 3 and 4"),
    ("scale as text", {"scales": ["2"]}, "scales is ['2'], not a list of 2, 3 and 4"),
    ("scale as a fraction", {"scales": [2.0]}, "scales is [2.0], not a list of 2, 3 and 4"),
    ("lists of scales", {"scales": [[2], [3]]}, "scales is [[2], [3]], not a list of 2, 3 and 4"),
]


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_layout_is_refused_in_a_sentence(changes: dict[str, Any], said: str) -> None:
    table = {key: value for key, value in (SMALL.table() | changes).items() if value is not None}
    with pytest.raises(ValueError, match=r".") as caught:
        Layout.read(table)
    assert str(caught.value).startswith(said)
