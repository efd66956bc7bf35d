from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.weights import load_into, read_layout, save_weights
from plugins.denoising.network import Layout, Network

FLAT = Layout(fold=1, widths=(6,), encoder=(), middle=2, decoder=())
SMALL = Layout(fold=2, widths=(6, 8), encoder=(1,), middle=1, decoder=(1,))
DEEP = Layout(fold=2, widths=(4, 6, 8), encoder=(1, 0), middle=1, decoder=(0, 1))
ODD_FOLD = Layout(fold=3, widths=(6, 8), encoder=(0,), middle=1, decoder=(1,))
TWO_PARTS = Layout(fold=2, widths=(6, 8), encoder=(1,), middle=1, decoder=(1,), parts=2)
LAYOUTS = [FLAT, SMALL, DEEP, ODD_FOLD, TWO_PARTS]

by_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=str)


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


def denoised(network: Network, image: Tensor) -> Tensor:
    with torch.inference_mode():
        changes: Tensor = network(image)
    assert changes.shape[1] == network.layout.parts
    return image + changes.sum(dim=1)


@by_layout
def test_an_untrained_network_changes_nothing(layout: Layout) -> None:
    image = noise(19, 14, count=2)
    assert torch.equal(denoised(Network(layout), image), image)


@by_layout
@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 7), Size(2, 2), Size(33, 17), Size(24, 24)], ids=str)
def test_any_size(layout: Layout, size: Size) -> None:
    image = noise(size.height, size.width)
    before = image.clone()
    made = denoised(random_network(layout), image)
    assert made.shape == image.shape
    assert made.dtype == torch.float32
    assert bool(torch.isfinite(made).all())
    assert not torch.equal(made, image)
    assert torch.equal(image, before), "the caller's image is written to"


def test_autocast_rounds_the_change_but_not_the_picture() -> None:
    image = noise(9, 11)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made = denoised(Network(SMALL), image)
    assert made.dtype == torch.float32
    assert torch.equal(made, image)


@by_layout
def test_the_layout_survives_its_table(layout: Layout) -> None:
    assert Layout.read(layout.table()) == layout


def test_a_layout_without_parts_has_one() -> None:
    """As files say it that were written before there were several."""
    table = {key: value for key, value in SMALL.table().items() if key != "parts"}
    assert Layout.read(table) == SMALL


def test_a_file_of_weights_rebuilds_the_network(tmp_path: Path) -> None:
    path, network, image = tmp_path / "random.safetensors", random_network(DEEP).half().float(), noise(9, 11)
    save_weights(path, network, DEEP.table(), {})
    again = Network(Layout.read(read_layout(path)))
    load_into(again, path)
    assert torch.equal(denoised(again, image), denoised(network, image))


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("too little", {"fold": None}, "network has the keys decoder, encoder, middle, parts, widths, not fold,"),
    ("too much", {"depth": 3}, "network has the keys decoder, depth, encoder, fold, middle, parts, widths, not"),
    ("three parts", {"parts": 3}, "parts is 3, not a whole number from 1 to 2"),
    ("middle as bool", {"middle": True}, "middle is True, not a whole number from 0 to 64"),
    ("middle as text", {"middle": "1"}, "middle is '1', not a whole number from 0 to 64"),
]


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_layout_is_refused_in_a_sentence(changes: dict[str, Any], said: str) -> None:
    table = {key: value for key, value in (SMALL.table() | changes).items() if value is not None}
    with pytest.raises(ValueError, match=r".") as caught:
        Layout.read(table)
    assert str(caught.value).startswith(said)
