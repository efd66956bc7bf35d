from __future__ import annotations

import torch
from torch import Tensor, nn

from plugins.inpainting.critic import Critic, critic_loss, fooling_loss, gradient_penalty, painted_parts


class Brightness(nn.Module):
    """A critic that takes bright parts for photos; what it looks at are the colours."""

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        parts = nn.functional.avg_pool2d(image.mean(dim=1, keepdim=True), 8)
        return 10 * (parts - 0.5), [image]


def halves() -> tuple[Tensor, Tensor, Tensor]:
    """A bright photo, a hole in its left half, and a dark painting of it."""
    truth, hole = torch.full((1, 3, 32, 32), 0.9), torch.zeros(1, 1, 32, 32)
    hole[..., :16] = 1
    return truth, torch.where(hole > 0, 0.1, truth), hole


def test_parts_with_any_painted_pixel_are_painted() -> None:
    hole = torch.zeros(1, 1, 16, 24)
    hole[..., 7, 8] = 1
    assert painted_parts(hole).tolist() == [[[[0, 1, 0], [0, 0, 0]]]]


def test_the_verdicts_have_the_size_of_the_parts() -> None:
    verdicts, features = Critic()(torch.rand(2, 3, 32, 48))
    assert verdicts.shape == (2, 1, 4, 6)
    assert [it.shape[-1] for it in features] == [24, 12, 6, 6]


def test_a_critic_that_is_right_has_less_to_learn_and_the_painter_more() -> None:
    truth, dark, hole = halves()
    bright = torch.where(hole > 0, 0.9, truth)
    assert critic_loss(Brightness(), truth, dark, hole) < critic_loss(Brightness(), truth, bright, hole)
    (seen, far), (unseen, near) = (fooling_loss(Brightness(), truth, made, hole) for made in (dark, bright))
    assert seen > unseen + 1
    assert far > near
    assert float(near) == 0


def test_what_was_not_painted_does_not_count() -> None:
    truth, made, hole = halves()
    other = torch.where(hole > 0, made, 0.3)
    for one, same in zip(
        fooling_loss(Brightness(), truth, made, hole), fooling_loss(Brightness(), truth, other, hole), strict=True
    ):
        torch.testing.assert_close(one, same)


def test_the_critics_loss_does_not_reach_the_painter() -> None:
    truth, made, hole = halves()
    made.requires_grad_()
    critic = Critic()
    loss = critic_loss(critic, truth, made, hole)
    gradients = torch.autograd.grad(loss, [made, *critic.parameters()], allow_unused=True)
    assert gradients[0] is None
    assert all(it is not None for it in gradients[1:])


def test_the_penalty_is_the_squared_slope() -> None:
    truth = torch.rand(2, 3, 16, 16)
    slope = 10 / (3 * 16 * 16)  # of the mean verdict by each of the values
    torch.testing.assert_close(gradient_penalty(Brightness(), truth), torch.tensor(slope**2 * 3 * 16 * 16))
    critic = Critic()
    gradients = torch.autograd.grad(gradient_penalty(critic, truth), list(critic.parameters()), allow_unused=True)
    assert any(bool(it.any()) for it in gradients if it is not None)
