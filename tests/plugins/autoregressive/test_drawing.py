from __future__ import annotations

import pytest
import torch
from torch import Tensor

from imagetool.plugin.errors import Cancelled
from plugins.autoregressive.levels import Levels
from plugins.autoregressive.model import Autoregressive, Start, chances, draw, draw_naively
from tests.plugins.autoregressive.variants import CONTEXTS, HEADS, condition, pixels, variant

LEVELS = Levels(3)

by_context = pytest.mark.parametrize("context", CONTEXTS)
by_head = pytest.mark.parametrize("head", HEADS)


def rngs(start: Start, seed: int = 5) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed + number) for number in range(len(start.pixels))]


def blank(height: int = 7, width: int = 6, told: Tensor | None = None) -> Start:
    empty = torch.zeros(2, 3, height, width, dtype=torch.int64)
    return Start(empty, torch.ones(height, width, dtype=torch.bool), told)


def drawn(model: Autoregressive, start: Start, temperature: float = 1.0) -> Tensor:
    return draw(model, start, chances(start, rngs(start)), temperature)


@by_context
@by_head
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_drawing_is_what_naive_drawing_is(context: str, head: str, temperature: float) -> None:
    model, start = variant(context, head, LEVELS, told=4), blank(told=condition(2, 4))
    decided = chances(start, rngs(start))
    fast, naive = (way(model, start, decided, temperature) for way in (draw, draw_naively))
    assert torch.equal(fast, naive)
    assert len(set(fast.flatten().tolist())) > 5, "all pixels are alike: the test says nothing"


@by_context
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (2, 3)])
def test_any_size(context: str, height: int, width: int) -> None:
    model, start = variant(context, "classes", LEVELS), blank(height, width)
    decided = chances(start, rngs(start))
    assert torch.equal(draw(model, start, decided), draw_naively(model, start, decided))


@by_context
def test_what_is_not_wanted_stays_and_the_rest_is_as_naive_drawing_has_it(context: str) -> None:
    model, seen = variant(context, "classes", LEVELS), pixels(LEVELS)
    wanted = torch.zeros(7, 6, dtype=torch.bool)
    wanted[2:5, 1:4] = True
    start = Start(seen, wanted)
    decided = chances(start, rngs(start))
    made = draw(model, start, decided)
    assert torch.equal(made[:, :, ~wanted], seen[:, :, ~wanted])
    assert not torch.equal(made, seen)
    assert torch.equal(made, draw_naively(model, start, decided))


@by_context
def test_what_is_known_behind_is_seen_and_naive_drawing_sees_the_same(context: str) -> None:
    model, seen = variant(context, "copies", LEVELS, guide=2), pixels(LEVELS)
    wanted = torch.zeros(7, 6, dtype=torch.bool)
    wanted[2:5, 1:4] = True
    other = seen.clone()
    other[:, :, 5:] = 255 - other[:, :, 5:]
    decided = chances(Start(seen, wanted), rngs(Start(seen, wanted)))
    made = draw(model, Start(seen, wanted), decided)
    assert torch.equal(made, draw_naively(model, Start(seen, wanted), decided))
    assert not torch.equal(made[..., wanted], draw(model, Start(other, wanted), decided)[..., wanted])


@by_context
def test_without_a_guide_what_lies_behind_is_not_seen(context: str) -> None:
    model, seen = variant(context, "copies", LEVELS), pixels(LEVELS)
    wanted = torch.zeros(7, 6, dtype=torch.bool)
    wanted[2:5, 1:4] = True
    other = seen.clone()
    other[:, :, 5:] = 255 - other[:, :, 5:]
    decided = chances(Start(seen, wanted), rngs(Start(seen, wanted)))
    one, two = (draw(model, Start(told, wanted), decided)[..., wanted] for told in (seen, other))
    assert torch.equal(one, two)


def test_the_same_seed_draws_the_same_and_pictures_of_a_batch_differ() -> None:
    model = variant("gated", "classes", LEVELS)
    first, again = drawn(model, blank()), drawn(model, blank())
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, draw(model, blank(), chances(blank(), rngs(blank(), 6))))


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    model, start = variant("plus_plus", "mixture", LEVELS), blank()
    decided = chances(start, rngs(start))
    together = draw(model, start, decided)
    alone = draw(model, Start(start.pixels[1:], start.wanted), decided[1:])
    assert torch.equal(together[1:], alone)


def test_without_temperature_the_likeliest_value_is_drawn() -> None:
    model, start = variant("gated", "classes", Levels(1, 4)), blank()
    start = Start(start.pixels[:, :1], start.wanted)
    made = drawn(model, start, temperature=0.0)
    with torch.no_grad():
        told = model.log_probability(made)
        for value in range(4):
            other = made.clone()
            other[:, :, 3, 3] = value
            assert bool((model.log_probability(other)[:, :, 3, 3] <= told[:, :, 3, 3] + 1e-9).all())


def test_drawn_values_have_the_probabilities_that_the_model_says() -> None:
    levels = Levels(1, 8)
    for head in HEADS:
        model = variant("gated", head, levels, spread=0.5)
        start = Start(torch.zeros(20_000, 1, 1, 1, dtype=torch.int64), torch.ones(1, 1, dtype=torch.bool))
        made = draw(model, start, chances(start, rngs(start)))
        with torch.no_grad():
            every = model.log_probability(torch.arange(8).reshape(8, 1, 1, 1)).exp().flatten()
        shares = torch.bincount(made.flatten(), minlength=8) / 20_000
        torch.testing.assert_close(shares.double(), every, rtol=0, atol=0.012)


def test_rows_are_told_and_drawing_can_be_stopped_at_each() -> None:
    model, rows = variant("gated", "classes", LEVELS), []

    def stop(row: int, so_far: Tensor) -> None:
        rows.append(row)
        assert not bool(so_far[:, :, row:].any()), "a row was drawn before its turn"
        if row == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        draw(model, blank(), chances(blank(), rngs(blank())), told=stop)
    assert rows == [1, 2, 3]


def test_nothing_is_computed_below_the_last_row_that_is_wanted() -> None:
    model, rows = variant("gated", "classes", LEVELS), []
    start = blank()
    start.wanted[3:] = False
    draw(model, start, chances(start, rngs(start)), told=lambda row, _: rows.append(row))
    assert rows == [1, 2, 3]
