"""Whole pictures over all sizes that a model works at."""

from __future__ import annotations

import pytest
import torch

from imagetool.plugin.errors import Cancelled
from plugins.autoregressive.layout import Layout
from plugins.autoregressive.levels import Levels
from plugins.autoregressive.model import Autoregressive
from plugins.autoregressive.pictures import PictureModel, Request
from plugins.autoregressive.scales import at_scale, enlarged, known_at
from tests.plugins.autoregressive.variants import variant

SMALL = Layout("gated", 12, 3, "classes", 4, 1, copies=2, guide=2, scales=3)
ANYTHING = torch.tensor([-1, -1])


def pictures(levels: Levels, layout: Layout = SMALL) -> PictureModel:
    model: Autoregressive = variant("gated", "copies", levels, layout.told, guide=layout.guide)
    return PictureModel(layout, model)


def rngs(count: int = 2, seed: int = 5) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed + number) for number in range(count)]


def blank(levels: Levels, height: int = 7, width: int = 6) -> Request:
    return Request(
        torch.zeros(2, levels.channels, height, width, dtype=torch.int64),
        torch.ones(height, width, dtype=torch.bool),
        ANYTHING,
    )


def test_the_probabilities_of_all_pictures_add_up_to_1_over_three_sizes() -> None:
    number, places = torch.arange(2**9), torch.arange(9)
    every = ((number[:, None] >> places) & 1).reshape(-1, 1, 3, 3)
    bits = pictures(Levels(1, 2)).bits(every, torch.full((2**9,), -1))
    assert float(torch.exp2(-bits.double().sum(dim=(1, 2))).sum()) == pytest.approx(1, abs=1e-5)


def test_pixels_of_a_smaller_size_are_known_in_the_larger() -> None:
    known = torch.zeros(1, 5, 6, dtype=torch.bool)
    known[0, 1, 1] = True
    assert known_at(known, 0, 3).shape == (1, 2, 2)
    assert not bool(known_at(known, 0, 3).any())
    assert known_at(known, 1, 3)[0].tolist() == [[True, False, True], [False] * 3, [True, False, True]]
    there = known_at(known, 2, 3)[0]
    assert bool(there[1, 1])
    assert bool(there[::2, ::2].all())
    assert int(there.sum()) == 9 + 1


def test_a_size_shows_every_second_pixel_of_the_next() -> None:
    picture = torch.arange(30).reshape(1, 1, 5, 6)
    assert at_scale(picture, 0, 2).tolist() == [[[[0, 2, 4], [12, 14, 16], [24, 26, 28]]]]
    assert torch.equal(at_scale(picture, 0, 3), at_scale(picture, 1, 3)[..., ::2, ::2])
    assert enlarged(torch.tensor([[[[1, 2]]]]), 2, 4).tolist() == [[[[1, 1, 2, 2], [1, 1, 2, 2]]]]


def test_what_is_not_wanted_stays_and_costs_nothing() -> None:
    levels = Levels(1)
    model, request = pictures(levels), blank(levels)
    pixels = levels.random(2, 7, 6, torch.Generator().manual_seed(3))
    wanted = request.wanted.clone()
    wanted[:3] = False
    made = model.drawn(Request(pixels, wanted, ANYTHING), rngs())
    assert torch.equal(made[:, :, :3], pixels[:, :, :3])
    assert not torch.equal(made[:, :, 3:], pixels[:, :, 3:])
    bits = model.bits(made, ANYTHING, (~wanted).expand(2, -1, -1))
    assert not bool(bits[:, :3].any())
    assert bool((bits[:, 3:] > 0).all())


def test_a_picture_depends_on_its_own_generator_only() -> None:
    levels = Levels(1)
    model, two = pictures(levels), blank(levels)
    one = Request(two.pixels[1:], two.wanted, two.labels[1:])
    together = model.drawn(two, rngs())
    assert torch.equal(together[1:], model.drawn(one, rngs(1, seed=6)))
    assert not torch.equal(together[0], together[1])


def test_progress_rises_to_the_end_and_pictures_are_shown_in_full_size() -> None:
    levels, seen = Levels(1), []
    pictures(levels).drawn(blank(levels), rngs(), lambda done, so_far: seen.append((done, so_far.shape)))
    shares = [done for done, _ in seen]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.1
    assert shares[-1] == 1
    assert {shape for _, shape in seen} == {(2, 1, 7, 6)}


def test_drawing_can_be_stopped_at_each_row() -> None:
    def stop(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        pictures(Levels(1)).drawn(blank(Levels(1)), rngs(), stop)


def test_the_background_model_says_something_else() -> None:
    levels = Levels(1)
    pixels = levels.random(2, 7, 6, torch.Generator().manual_seed(3))
    model = pictures(levels)
    assert not torch.allclose(model.bits(pixels, ANYTHING), model.bits(pixels, ANYTHING, perturbed=True))
