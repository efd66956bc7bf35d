from __future__ import annotations

import pytest
import torch
from torch import Tensor

from plugins.inpainting.structure import Chance, Strokes, structure


def same(draft: Tensor, hole: Tensor) -> Tensor:
    """A network that changes nothing."""
    assert draft.shape[-2:] == hole.shape[-2:]
    return draft


def chance(variety: float = 0.0, seed: int = 1) -> Chance:
    return Chance(variety, torch.Generator().manual_seed(seed))


def square(side: int = 96) -> tuple[Tensor, Tensor]:
    """Left dark, right bright, with a hole in the middle."""
    image = torch.full((1, 3, side, side), 0.2)
    image[..., side // 2 :] = 0.7
    hole = torch.zeros(1, 1, side, side)
    hole[..., side // 4 : -side // 4, side // 4 : -side // 4] = 1
    return image, hole


def test_outside_the_hole_nothing_changes_and_what_lay_in_it_does_not_matter() -> None:
    image, hole = square()
    told: list[float] = []
    made = structure(same, image, hole, None, chance(), lambda done, _: told.append(done))
    assert torch.equal(made[(hole == 0).expand_as(made)], image[(hole == 0).expand_as(made)])
    spoilt = torch.where(hole > 0, 0.99, image)
    assert torch.equal(structure(same, spoilt, hole, None, chance(), lambda *_: None), made)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_whoever_listens_can_give_up() -> None:
    class Enough(Exception):
        pass

    def give_up(done: float, _: Tensor) -> None:
        raise Enough

    with pytest.raises(Enough):
        structure(same, *square(), None, chance(), give_up)


@pytest.mark.parametrize("side", [96, 24], ids=["several sizes", "one size"])
def test_strokes_colour_the_hole_around_them_and_are_painted_over(side: int) -> None:
    image, hole = square(side)
    known = torch.zeros_like(hole)
    known[..., side // 2 - 3 : side // 2 + 3, side // 2 - 3 : side // 2 + 3] = 1
    green = torch.tensor([0.0, 1.0, 0.0])[None, :, None, None].expand_as(image) * known
    asked: list[Tensor] = []

    def network(draft: Tensor, hole: Tensor) -> Tensor:
        asked.append(hole)
        return draft

    made = structure(network, image, hole, Strokes(green, known), chance(), lambda *_: None)
    plain = structure(same, image, hole, None, chance(), lambda *_: None)
    middle = (0, slice(None), side // 2, side // 2)
    assert float(made[middle][1] - made[middle][0]) > 0.5, "green where it was stroked"
    assert float((made - plain)[0, 1, side // 2, side // 2 - 6]) > 0.02, "and a little around it"
    assert bool((asked[-1] == hole).all()), "at full size the strokes are part of the hole"


def test_variety_strays_by_the_seed_and_only_inside() -> None:
    image, hole = square()
    plain, one, again, other = (
        structure(same, image, hole, None, chance(variety, seed), lambda *_: None)
        for variety, seed in [(0.0, 1), (0.5, 1), (0.5, 1), (0.5, 2)]
    )
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert not torch.equal(one, plain)
    known = (hole == 0).expand_as(image)
    assert torch.equal(one[known], image[known])
    assert float(one.min()) >= 0.2 - 1e-5, "only colours of the picture"
    assert float(one.max()) <= 0.7 + 1e-5
