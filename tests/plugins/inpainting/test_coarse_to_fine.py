from __future__ import annotations

import torch
from torch import Tensor

from plugins.inpainting.coarse_to_fine import filled, sizes
from plugins.inpainting.drafts import doubled, halved, smooth_draft


def hole_of(height: int, width: int, top: int, left: int, bottom: int, right: int) -> Tensor:
    hole = torch.zeros(1, 1, height, width)
    hole[..., top:bottom, left:right] = 1
    return hole


def test_halving_takes_the_mean_of_what_is_known() -> None:
    image = torch.tensor([[1.0, 3.0, 9.0], [5.0, 9.0, 9.0], [2.0, 9.0, 9.0]])[None, None]
    hole = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]])[None, None]
    small, small_hole = halved(image, hole)
    torch.testing.assert_close(small, torch.tensor([[3.0, 0.0], [2.0, 0.0]])[None, None])
    assert torch.equal(small_hole, torch.tensor([[0.0, 1.0], [0.0, 1.0]])[None, None])


def test_doubling_comes_back_to_odd_sizes() -> None:
    image = torch.rand(1, 2, 5, 7)
    small, _ = halved(image, torch.zeros(1, 1, 5, 7))
    assert doubled(small, 5, 7).shape == image.shape


def test_a_draft_continues_what_is_around_and_never_looks_into_the_hole() -> None:
    image = torch.full((1, 3, 40, 30), 0.25)
    hole = hole_of(40, 30, 10, 8, 33, 25)
    spoilt = torch.where(hole > 0, 99.0, image)
    torch.testing.assert_close(smooth_draft(spoilt, hole), image)
    ramp = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    draft = smooth_draft(ramp, hole_of(64, 64, 20, 20, 44, 44))
    assert float((draft - ramp).abs().max()) < 0.15
    assert float(draft[..., 32, 21:43].diff().min()) > -0.05, "it rises from left to right"


def test_a_draft_of_a_picture_without_anything_known_is_black() -> None:
    assert not smooth_draft(torch.ones(1, 3, 6, 5), torch.ones(1, 1, 6, 5)).any()


def test_sizes_end_where_the_hole_or_the_room_does() -> None:
    image = torch.rand(1, 3, 128, 200)
    wide, thin = hole_of(128, 200, 20, 20, 100, 180), hole_of(128, 200, 20, 20, 100, 22)
    assert [hole.shape[-2:] for _, hole in sizes(image, wide, 32, 9)] == [(128, 200), (64, 100), (32, 50)]
    assert len(sizes(image, wide, 32, 2)) == 2
    assert len(sizes(image, thin, 4, 9)) == 2, "a hole of two pixels is one pixel wide at half the size"


def test_each_answer_is_the_draft_of_the_next() -> None:
    image, hole = torch.rand(1, 3, 64, 64), hole_of(64, 64, 8, 8, 56, 56)
    levels = sizes(image, hole, 16, 9)
    drafts: list[Tensor] = []

    def fill(draft: Tensor, hole: Tensor) -> Tensor:
        drafts.append(draft)
        return torch.where(hole > 0, draft + 0.125, draft)

    answers = [answer for answer, _ in filled(levels, fill)]
    assert [answer.shape[-1] for answer in answers] == [16, 32, 64]
    for before, draft, (known, level_hole) in zip(answers, drafts[1:], levels[1::-1], strict=False):
        expected = torch.where(level_hole > 0, doubled(before, *draft.shape[-2:]), known)
        torch.testing.assert_close(draft, expected)


def test_nothing_is_learned_through_a_draft() -> None:
    weight = torch.tensor(1.0, requires_grad=True)
    levels = sizes(torch.rand(1, 3, 32, 32), hole_of(32, 32, 4, 4, 28, 28), 16, 2)
    first, second = (answer for answer, _ in filled(levels, lambda draft, _: draft * weight))
    (gradient,) = torch.autograd.grad(second.sum(), weight)
    torch.testing.assert_close(gradient, second.detach().sum(), msg="of the last size alone")
    assert first.requires_grad
