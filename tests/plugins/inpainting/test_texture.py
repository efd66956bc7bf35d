from __future__ import annotations

import torch
from torch import Tensor

from plugins.inpainting.texture import contrast, fine, grain_level, textured


def hole_in(image: Tensor) -> Tensor:
    """Everything but a frame of 8 px."""
    hole = torch.zeros_like(image[:, :1], dtype=torch.bool)
    hole[..., 8:-8, 8:-8] = True
    return hole


def test_contrast_is_the_spread_of_the_colour_that_varies_most() -> None:
    image = torch.full((1, 3, 40, 60), 0.5)
    image[:, 1, :, 30:] += 0.1 * (torch.arange(30) % 2 * 2 - 1)
    found = contrast(image)[0, 0]
    assert float(found[20, 5]) < 1e-3
    assert abs(float(found[20, 50]) - 0.1) < 0.01


def test_strong_texture_is_taken_whole_and_faint_texture_in_part() -> None:
    likely = torch.full((1, 3, 40, 80), 0.5)  # with an even surrounding, that is no grain
    signs = torch.arange(80) % 2 * 2 - 1
    pieces = 0.5 + signs * torch.where(torch.arange(80) < 40, 0.01, 0.2).expand(1, 3, 40, 80)
    hole = hole_in(likely)
    mixed = textured(likely, torch.where(hole, pieces, likely), hole, 0.3)
    share = ((mixed - likely) / (pieces - likely))[..., 14:-14, 14:-14]
    torch.testing.assert_close(share[..., :8], torch.full_like(share[..., :8], 0.3), atol=1e-3, rtol=0)
    torch.testing.assert_close(share[..., -8:], torch.ones_like(share[..., -8:]), atol=1e-3, rtol=0)


def test_pieces_of_quite_another_colour_are_taken() -> None:
    likely, pieces = torch.full((1, 3, 60, 60), 0.5), torch.full((1, 3, 60, 60), 0.5)
    pieces[:, 0, 12:-12, 12:-12] = 0.9
    hole = hole_in(likely)
    torch.testing.assert_close(textured(likely, pieces, hole, 0.1)[0, 0, 30, 30], torch.tensor(0.9))
    pieces[:, 0, 12:-12, 12:-12] = 0.6
    torch.testing.assert_close(textured(likely, pieces, hole, 0.1)[0, 0, 30, 30], torch.tensor(0.51))


def test_the_ends_of_the_scale_are_one_or_the_other() -> None:
    likely, pieces = torch.rand(1, 3, 20, 20), torch.rand(1, 3, 20, 20)
    assert torch.equal(textured(likely, pieces, hole_in(likely), 0.0), likely)
    torch.testing.assert_close(textured(likely, pieces, hole_in(likely), 1.0), pieces)


def test_grain_is_what_is_fine_where_nothing_else_is() -> None:
    rng = torch.Generator().manual_seed(1)
    noise = 0.04 * torch.randn(1, 3, 80, 80, generator=rng)
    image = 0.5 + noise
    image[..., 40:] += 0.3 * (torch.arange(40) % 2 * 2 - 1)  # half of it strongly textured
    hole = torch.zeros(1, 1, 80, 80, dtype=torch.bool)
    hole[..., 30:50, :] = True
    expected = fine(noise).std()
    torch.testing.assert_close(grain_level(image, hole), expected, rtol=0.25, atol=0)
    assert float(grain_level(torch.full((1, 3, 20, 20), 0.5), hole_in(torch.zeros(1, 3, 20, 20)))) < 1e-6


def test_a_grainy_picture_stays_grainy_in_the_hole() -> None:
    rng = torch.Generator().manual_seed(2)
    pieces = 0.5 + 0.02 * torch.randn(1, 3, 60, 60, generator=rng)
    hole = hole_in(pieces)
    likely = torch.where(hole, 0.5, pieces)
    inside = textured(likely, pieces, hole, 0.3)[..., 16:-16, 16:-16]
    assert float(fine(inside).std()) > 0.85 * float(fine(pieces).std())
    assert float((inside - 0.5).std()) < float((pieces - 0.5).std()), "only what is fine comes back whole"
