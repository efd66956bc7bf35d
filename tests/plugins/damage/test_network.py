"""The network: sizes, reach, and what it is once it is not trained any more."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.weights import load_into, read_layout, save_weights
from plugins.damage.network import RARE, Layout, Network

FLAT = Layout(fold=1, widths=(6,), encoder=(), middle=2, decoder=())
SMALL = Layout(fold=2, widths=(6, 8), encoder=(1,), middle=1, decoder=(1,))
DEEP = Layout(fold=2, widths=(4, 6, 8), encoder=(1, 0), middle=1, decoder=(0, 1))
LAYOUTS = [FLAT, SMALL, DEEP]

by_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=str)


def noise(height: int, width: int, count: int = 1) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(height * 100 + width))


def random_network(layout: Layout, seed: int = 1) -> Network:
    """All of its values random, also those that batch normalisation has learned."""
    network, rng = Network(layout), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            spread = 1 / math.sqrt(value[0].numel()) if value.dim() > 1 else 0.1
            drawn = torch.randn(value.shape, generator=rng) * spread
            value.copy_(drawn.abs() + 0.5 if name.endswith(("variance", "norm.weight")) else drawn)
    return network.eval()


def odds(network: Network, image: Tensor) -> Tensor:
    with torch.inference_mode():
        told: Tensor = network(image)
    return told


@by_layout
def test_to_an_untrained_network_damage_is_rare_everywhere(layout: Layout) -> None:
    told = odds(Network(layout).eval(), noise(19, 14, count=2))
    torch.testing.assert_close(torch.sigmoid(told), torch.full((2, 1, 19, 14), RARE))


@by_layout
@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 7), Size(33, 17), Size(24, 24)], ids=str)
def test_any_size(layout: Layout, size: Size) -> None:
    image = noise(size.height, size.width)
    before = image.clone()
    told = odds(random_network(layout), image)
    assert told.shape == (1, 1, size.height, size.width)
    assert told.dtype == torch.float32
    assert bool(torch.isfinite(told).all())
    assert torch.equal(image, before), "the caller's image is written to"


@by_layout
def test_a_pixel_reaches_as_far_as_the_layout_says_and_no_further(layout: Layout) -> None:
    """Which pixels are folded together depends on where they lie, so one of several places reaches farthest."""
    reach, network = layout.reach_px, random_network(layout).double()
    network.register_forward_pre_hook(lambda _, args: tuple(arg.double() for arg in args))
    begin = -(-reach // layout.multiple_of) * layout.multiple_of
    side = 2 * begin + layout.multiple_of
    image = noise(side, side)
    farthest = []
    for at in range(begin, begin + layout.multiple_of):
        changed = image.clone()
        changed[..., at, at] += 500.0  # so strong that it shows at the end of the reach, too
        rows, columns = (odds(network, changed) - odds(network, image))[0, 0].nonzero().unbind(1)
        ends = [int(end) - at for end in (rows.min(), rows.max(), columns.min(), columns.max())]
        farthest.append(max(map(abs, ends)))
    assert max(farthest) == reach


def test_pictures_of_a_batch_do_not_see_each_other_once_it_is_trained() -> None:
    network, images = random_network(DEEP), noise(9, 11, count=3)
    together = odds(network, images)
    for index in range(3):
        torch.testing.assert_close(together[index : index + 1], odds(network, images[index : index + 1]))


@by_layout
def test_folded_norms_change_nothing_but_their_number(layout: Layout) -> None:
    network, image = random_network(layout), noise(21, 18)
    before = odds(network, image)
    network.fold_norms()
    assert not any("norm" in name for name in network.state_dict())
    torch.testing.assert_close(odds(network, image), before, rtol=0, atol=1e-5)


def test_norms_learn_while_they_are_trained() -> None:
    network, image = Network(SMALL), noise(16, 16, count=2)
    network(image)
    means = [value for name, value in network.named_buffers() if name.endswith("mean")]
    assert means
    assert all(bool(mean.any()) for mean in means)
    learned = [mean.clone() for mean in means]
    network.eval()(image)
    assert all(torch.equal(mean, same) for mean, same in zip(means, learned, strict=True))


def test_a_file_of_weights_rebuilds_the_network(tmp_path: Path) -> None:
    path, network, image = tmp_path / "random.safetensors", random_network(DEEP).half().float(), noise(9, 11)
    save_weights(path, network, DEEP.table(), {})
    again = Network(Layout.read(read_layout(path)))
    load_into(again, path)
    assert torch.equal(odds(again.eval(), image), odds(network, image))


@by_layout
def test_the_layout_survives_its_table(layout: Layout) -> None:
    assert Layout.read(layout.table()) == layout


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fold": None}, "network has the keys decoder, encoder, middle, widths, not fold, widths,"),
    ({"depth": 3}, "network has the keys decoder, depth, encoder, fold, middle, widths, not"),
    ({"middle": True}, "middle is True, not a whole number from 0 to 64"),
    ({"widths": 6}, "widths is 6, not a list of whole numbers from 1 to 512"),
    ({"widths": [6, 0]}, "widths is 0, not a whole number from 1 to 512"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=lambda case: str(case)[:30])
def test_a_wrong_layout_is_one_sentence(change: dict[str, Any], said: str) -> None:
    table = {key: value for key, value in (SMALL.table() | change).items() if value is not None}
    with pytest.raises(ValueError, match="^" + said.replace("[", r"\[")):
        Layout.read(table)
