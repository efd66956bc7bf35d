from __future__ import annotations

import math

import pytest
import torch

from plugins.autoregressive.levels import Levels
from plugins.autoregressive.mixture import LogisticMixture
from plugins.autoregressive.recurrent import stepped
from tests.plugins.autoregressive.variants import CONTEXTS, HEADS, condition, pixels, variant

by_context = pytest.mark.parametrize("context", CONTEXTS)
by_head = pytest.mark.parametrize("head", HEADS)


SUMMED = [(context, "classes", 3) for context in CONTEXTS] + [
    ("plus_plus", "mixture", 3),
    ("gated", "classes", 4),
    ("gated", "copies", 3),
]


@pytest.mark.parametrize(("context", "head", "rows"), SUMMED)
def test_the_probabilities_of_all_pictures_add_up_to_1(context: str, head: str, rows: int) -> None:
    """All 4096 or 65,536 pictures of 3 x 4 or 4 x 4 pixels that are black or white."""
    model, places = variant(context, head, Levels(1, 2)), torch.arange(4 * rows)
    total = 0.0
    with torch.no_grad():
        for first in range(0, 2 ** (4 * rows), 4096):
            number = torch.arange(first, first + 4096)
            every = ((number[:, None] >> places) & 1).reshape(-1, 1, rows, 4)
            total += float(model.log_probability(every).sum(dim=(1, 2, 3)).exp().sum())
    assert total == pytest.approx(1, abs=1e-5)


@by_context
def test_the_probabilities_of_all_fillings_add_up_to_1(context: str) -> None:
    """Of ten erased pixels of 4 x 4, which the guide and copies from behind see the others of."""
    model = variant(context, "copies", Levels(1, 2), guide=2)
    known = torch.zeros(4, 4, dtype=torch.bool)
    known[1:3, 1:4] = True
    number = torch.arange(1024)
    every = torch.randint(2, (1, 1, 4, 4), generator=torch.Generator().manual_seed(4)).repeat(1024, 1, 1, 1)
    every[:, 0, ~known] = (number[:, None] >> torch.arange(10)) & 1
    with torch.no_grad():
        told = model.log_probability(every, known=known.expand(1024, 4, 4)).sum(dim=(1, 2, 3))
    assert float(told.exp().sum()) == pytest.approx(1, abs=1e-9)


@by_head
def test_the_probabilities_of_all_colours_add_up_to_1(head: str) -> None:
    model, values = variant("gated", head, Levels(3, 5)), torch.arange(5)
    every = torch.cartesian_prod(values, values, values)[:, :, None, None]
    with torch.no_grad():
        assert float(model.log_probability(every).sum(dim=(1, 2, 3)).exp().sum()) == pytest.approx(1, abs=1e-9)


@by_context
@by_head
@pytest.mark.parametrize("place", [(0, 0), (3, 3), (3, 5), (6, 0)], ids=str)
def test_a_pixel_changes_nothing_before_it(context: str, head: str, place: tuple[int, int]) -> None:
    levels = Levels(3)
    model, seen = variant(context, head, levels), pixels(levels)
    changed = seen.clone()
    changed[:, :, *place] = (changed[:, :, *place] + 100) % levels.count
    with torch.no_grad():
        difference = (model.log_probability(changed) - model.log_probability(seen)).abs().amax(dim=(0, 1))
    first = place[0] * seen.shape[3] + place[1]
    assert float(difference.flatten()[:first].sum()) == 0
    assert float(difference[place[0] :].sum()) > 0


@by_context
@by_head
def test_gradients_respect_the_order(context: str, head: str) -> None:
    """Of the features of a place with respect to the image, as a network is trained."""
    levels = Levels(3)
    model = variant(context, head, levels)
    image = levels.to_floats(pixels(levels), torch.float64).requires_grad_()
    model.context(image)[:, :, 3, 2].square().sum().backward()
    assert image.grad is not None
    seen = image.grad.abs().amax(dim=(0, 1)).flatten() > 0
    assert not bool(seen[3 * 6 + 2 :].any())
    assert bool(seen[: 3 * 6 + 2].any())


@by_context
@pytest.mark.parametrize(
    ("channel", "changed"), [(0, [True, True, True]), (1, [False, True, True]), (2, [False, False, True])]
)
def test_a_channel_is_told_of_those_before_it_and_of_no_other(
    context: str, channel: int, changed: list[bool]
) -> None:
    levels = Levels(3)
    for head in HEADS:
        model, seen = variant(context, head, levels), pixels(levels, height=1, width=1)
        other = seen.clone()
        other[:, channel] = (other[:, channel] + 60) % levels.count
        with torch.no_grad():
            difference = model.log_probability(other) - model.log_probability(seen)
        assert (difference.abs().amax(dim=(0, 2, 3)) > 1e-9).tolist() == changed


@by_context
def test_what_else_is_known_matters_everywhere(context: str) -> None:
    levels = Levels(1)
    model, seen = variant(context, "classes", levels, told=4), pixels(levels)
    with torch.no_grad():
        one, other = (model.log_probability(seen, told) for told in (condition(2, 4), -condition(2, 4)))
    assert float((one - other).abs().amin()) > 0


def test_a_model_that_knows_nothing_needs_all_bits() -> None:
    levels = Levels(3)
    model = variant("gated", "classes", levels, spread=0.0)
    torch.testing.assert_close(model.bits_per_dim(pixels(levels)), torch.full((2,), 8.0, dtype=torch.float64))


def test_a_mixture_far_from_a_value_is_finite_and_has_a_gradient() -> None:
    levels = Levels(1)
    head = LogisticMixture(levels, 2, 3)
    features = torch.full((1, 2, 1, 2), 40.0, requires_grad=True)
    told = head.log_probability(features, torch.tensor([0, 255]).reshape(1, 1, 1, 2))
    told.sum().backward()  # type: ignore[no-untyped-call]
    assert bool(torch.isfinite(told).all())
    assert features.grad is not None
    assert bool(torch.isfinite(features.grad).all())


def test_half_floats_are_widened_before_probabilities_are_taken() -> None:
    levels = Levels(2)
    for head in HEADS:
        model = variant("gated", head, levels).float()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            told = model.log_probability(pixels(levels))
        assert told.dtype == torch.float32


def test_bits_are_the_nats_of_all_values_over_their_number() -> None:
    levels = Levels(2)
    model, seen = variant("masked", "classes", levels), pixels(levels)
    with torch.no_grad():
        nats = model.log_probability(seen).sum(dim=(1, 2, 3))
        torch.testing.assert_close(model.bits_per_dim(seen), -nats / (2 * 7 * 6 * math.log(2)))


def test_a_step_of_an_lstm_is_torchs() -> None:
    rng = torch.Generator().manual_seed(1)
    given, before = (torch.randn(3, width, generator=rng) for width in (20, 5))
    out, keep, take, content = given.chunk(4, dim=1)
    cell = torch.nn.LSTMCell(20, 5)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(20))
        for value in (cell.weight_hh, cell.bias_ih, cell.bias_hh):
            value.zero_()
        hidden, cells = cell(torch.cat([take, keep, content, out], dim=1), (torch.zeros(3, 5), before))
    made_hidden, made_cells = stepped(given, before)
    torch.testing.assert_close(made_hidden, hidden)
    torch.testing.assert_close(made_cells, cells)
