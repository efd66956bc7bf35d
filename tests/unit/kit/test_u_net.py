"""The body of U-Nets, in a network that passes on what comes out of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from imagetool.core.geometry import Size
from imagetool.kit.u_net import Block, UNet, UNetLayout, Whole
from imagetool.kit.weights import load_into, read_layout, save_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(UNetLayout):
    NUMBERS: ClassVar[Mapping[str, Whole]] = {
        **UNetLayout.NUMBERS,
        "middle": Whole(1, 8, many=True),
        "extra": Whole(1, 2),
    }

    middle: tuple[int, ...]
    extra: int = 1

    @property
    def middle_dilations(self) -> tuple[int, ...]:
        return self.middle


class Plain(UNet):
    def forward(self, values: Tensor) -> Tensor:
        return self.through(values)


FLAT = Layout(fold=1, widths=(6,), encoder=(), middle=(1, 1), decoder=())
SMALL = Layout(fold=2, widths=(6, 8), encoder=(1,), middle=(1,), decoder=(1,))
DEEP = Layout(fold=2, widths=(4, 6, 8), encoder=(1, 0), middle=(1,), decoder=(0, 1))
ODD_FOLD = Layout(fold=3, widths=(6, 8), encoder=(0,), middle=(1,), decoder=(1,))
DILATED = Layout(fold=2, widths=(6, 8), encoder=(0,), middle=(1, 3), decoder=(1,), extra=2)

by_layout = pytest.mark.parametrize("layout", [FLAT, SMALL, DEEP, ODD_FOLD, DILATED], ids=str)


def noise(height: int, width: int, count: int = 1) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(height * 100 + width))


def random_network(layout: Layout) -> Plain:
    """All of its values random, also those that begin as zeros."""
    network, rng = Plain(layout, given=3, told=2), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in network.parameters():
            spread = 1 / math.sqrt(value[0].numel()) if value.dim() > 1 else 0.1
            value.copy_(torch.randn(value.shape, generator=rng) * spread)
    return network.eval()


def told(network: Plain, values: Tensor) -> Tensor:
    with torch.inference_mode():
        result: Tensor = network(values)
    return result


@by_layout
def test_untrained_it_tells_nothing(layout: Layout) -> None:
    assert torch.equal(told(Plain(layout, given=3, told=2), noise(19, 14)), torch.zeros(1, 2, 19, 14))


@by_layout
@pytest.mark.parametrize("size", [Size(1, 1), Size(7, 1), Size(17, 33)], ids=str)
def test_any_size(layout: Layout, size: Size) -> None:
    result = told(random_network(layout), noise(size.height, size.width))
    assert result.shape == (1, 2, size.height, size.width)
    assert bool(result.any())


@by_layout
def test_a_size_that_does_not_fit_is_what_the_repeated_border_gives(layout: Layout) -> None:
    multiple, network = layout.multiple_of, random_network(layout)
    image = noise(2 * multiple, 3 * multiple)
    cut = image[..., :-1, :-1] if multiple > 1 else image
    below, right = (-side % multiple for side in cut.shape[-2:])
    framed = nn.functional.pad(cut, (0, right, 0, below), mode="replicate")
    expected = told(network, framed)[..., : cut.shape[-2], : cut.shape[-1]]
    torch.testing.assert_close(told(network, cut), expected, rtol=0, atol=1e-5)


@by_layout
def test_a_pixel_reaches_as_far_as_the_layout_says_and_no_further(layout: Layout) -> None:
    """Which pixels are folded together depends on where they lie, so one of several places reaches farthest."""
    reach, network = layout.reach_px, random_network(layout)
    begin = -(-reach // layout.multiple_of) * layout.multiple_of
    side = 2 * begin + layout.multiple_of
    image = noise(side, side)
    farthest = []
    for at in range(begin, begin + layout.multiple_of):
        changed = image.clone()
        changed[..., at, at] += 50.0  # so strong that it shows at the end of the reach, too
        difference = (told(network, changed) - told(network, image)).abs().amax(dim=(0, 1))
        rows, columns = difference.nonzero().unbind(1)
        ends = [int(end) - at for end in (rows.min(), rows.max(), columns.min(), columns.max())]
        farthest.append(max(map(abs, ends)))
    assert max(farthest) == reach


def test_moving_by_whole_cells_moves_the_result() -> None:
    network, cell = random_network(DEEP), DEEP.multiple_of
    reach = -(-DEEP.reach_px // cell) * cell
    image = noise(2 * reach + 3 * cell, 2 * reach + 3 * cell)
    moved = told(network, image[..., cell:, cell:])
    inner = slice(reach, reach + cell)
    whole = told(network, image)[..., reach + cell : reach + 2 * cell, reach + cell : reach + 2 * cell]
    torch.testing.assert_close(moved[..., inner, inner], whole, rtol=0, atol=1e-5)


def test_what_the_lower_resolutions_do_not_bring_up_is_carried_across() -> None:
    network = random_network(SMALL)
    nn.init.zeros_(network.get_parameter("ups.0.weight"))
    assert not torch.equal(told(network, noise(9, 11)), told(network, noise(9, 11) / 2))


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    network, images = random_network(DEEP), noise(9, 11, count=3)
    together = told(network, images)
    for index in range(3):
        alone = told(network, images[index : index + 1])
        torch.testing.assert_close(together[index : index + 1], alone, rtol=0, atol=1e-5)


def test_parts_have_the_names_that_files_of_weights_know_them_by_and_are_made_in_their_order() -> None:
    """A seed would else give another network, and old files fit none."""
    made = []

    def block(width: int, dilation: int) -> nn.Module:
        made.append((width, dilation))
        return Block(width, dilation)

    names = list(Plain(DILATED, 3, 2, block).state_dict())
    assert made == [(8, 1), (8, 3), (6, 1)]
    convolution = ["weight", "bias"]
    assert names == [
        *(f"entrance.{name}" for name in convolution),
        *(f"downs.0.{name}" for name in convolution),
        *(f"middle.{n}.{part}.{name}" for n in (0, 1) for part in ("first", "second") for name in convolution),
        "ups.0.weight",
        *(f"decoder.0.0.{part}.{name}" for part in ("first", "second") for name in convolution),
        *(f"exit.{name}" for name in convolution),
    ]


@by_layout
def test_a_file_of_weights_rebuilds_the_network(tmp_path: Path, layout: Layout) -> None:
    path, network, image = tmp_path / "random.safetensors", random_network(layout).half().float(), noise(9, 11)
    save_weights(path, network, layout.table(), {})
    read = Layout.read(read_layout(path))
    again = Plain(read, given=3, told=2)
    load_into(again, path)
    assert read == layout
    assert torch.equal(told(again, image), told(network, image))


def test_what_may_be_missing_is_what_it_is_by_itself() -> None:
    table = {key: value for key, value in SMALL.table().items() if key != "extra"}
    assert Layout.read(table) == SMALL


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "too little",
        {"fold": None},
        "network has the keys decoder, encoder, extra, middle, widths, not fold, widths,",
    ),
    ("too much", {"depth": 3}, "network has the keys decoder, depth, encoder, extra, fold, middle, widths, not"),
    ("one of its own", {"extra": 3}, "extra is 3, not a whole number from 1 to 2"),
    ("a list of its own", {"middle": [9]}, "middle is [9], not a list of whole numbers from 1 to 8"),
    ("fold of nothing", {"fold": 0}, "fold is 0, not a whole number from 1 to 4"),
    ("fold too large", {"fold": 5}, "fold is 5, not a whole number from 1 to 4"),
    ("fold as a fraction", {"fold": 2.0}, "fold is 2.0, not a whole number from 1 to 4"),
    ("fold as bool", {"fold": True}, "fold is True, not a whole number from 1 to 4"),
    ("fold as a list", {"fold": [2]}, "fold is [2], not a whole number from 1 to 4"),
    ("no widths", {"widths": []}, "widths has 0 numbers, not 1 to 6"),
    ("too many widths", {"widths": [4] * 7}, "widths has 7 numbers, not 1 to 6"),
    ("one width", {"widths": 8}, "widths is 8, not a list of whole numbers from 1 to 512"),
    ("width of nothing", {"widths": [8, 0]}, "widths is [8, 0], not a list of whole numbers from 1 to 512"),
    ("lists of widths", {"widths": [[8], [9]]}, "widths is [[8], [9]], not a list of whole numbers from 1 to 512"),
    ("encoder as text", {"encoder": ["1"]}, "encoder is ['1'], not a list of whole numbers from 0 to 64"),
    ("long encoder", {"encoder": [1, 1]}, "encoder and decoder must each have one number less than widths"),
    ("short decoder", {"decoder": []}, "encoder and decoder must each have one number less than widths"),
]


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_layout_is_refused_in_a_sentence(changes: dict[str, Any], said: str) -> None:
    table = {key: value for key, value in (SMALL.table() | changes).items() if value is not None}
    with pytest.raises(ValueError, match=r".") as caught:
        Layout.read(table)
    assert str(caught.value).startswith(said)
