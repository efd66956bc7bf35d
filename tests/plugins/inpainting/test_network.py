from __future__ import annotations

from typing import Any

import pytest
import torch

from plugins.inpainting.network import Layout, Network

TABLE: dict[str, Any] = {"fold": 2, "widths": [8, 12], "encoder": [1], "dilations": [1, 2], "decoder": [1]}


def network(seed: int = 0) -> Network:
    """One whose exit says something."""
    torch.manual_seed(seed)
    made = Network(Layout.read(TABLE)).eval()
    torch.nn.init.normal_(made.exit.weight, std=0.1)
    return made


@torch.inference_mode()
@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 33), (16, 20)])
def test_only_the_hole_changes_at_any_size(height: int, width: int) -> None:
    draft, hole = torch.rand(2, 3, height, width), torch.zeros(2, 1, height, width)
    hole[..., height // 2 :, :] = 1
    answer = network()(draft, hole)
    known = (hole == 0).expand_as(draft)
    assert torch.equal(answer[known], draft[known])
    assert not torch.equal(answer[~known], draft[~known])


@torch.inference_mode()
def test_untrained_it_gives_the_draft_back() -> None:
    draft, hole = torch.rand(1, 3, 12, 12), torch.ones(1, 1, 12, 12)
    assert torch.equal(Network(Layout.read(TABLE))(draft, hole), draft)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"dilations": [0]}, "dilations is"),
    ({"depth": 1}, "network has the keys"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_wrong_layouts_are_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        Layout.read(TABLE | change)


def test_a_layout_survives_its_table() -> None:
    layout = Layout.read(TABLE)
    assert Layout.read(layout.table()) == layout
    assert layout.multiple_of == 4
    assert layout.middle_dilations == (1, 2)
