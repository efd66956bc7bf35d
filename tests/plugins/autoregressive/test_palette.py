from __future__ import annotations

import torch

from plugins.autoregressive.palette import MOST_COLOURS, palettes


def picture(*codes: int, width: int = 3) -> torch.Tensor:
    """One picture (1, 2, H, W) whose colours are (code, 0)."""
    first = torch.tensor(codes).reshape(1, 1, -1, width)
    return torch.cat([first, torch.zeros_like(first)], dim=1)


def test_colours_come_in_the_order_in_which_they_are_used_first() -> None:
    colours, moments = palettes(picture(7, 7, 3, 3, 9, 7), None)
    assert colours.tolist() == [[[7, 0], [3, 0], [9, 0]]]
    assert moments.tolist() == [[0, 2, 4]]


def test_what_is_known_is_there_from_the_first() -> None:
    known = torch.zeros(1, 2, 3, dtype=torch.bool)
    known[0, 1, 1] = True
    colours, moments = palettes(picture(7, 7, 3, 3, 9, 7), known)
    assert colours.tolist() == [[[9, 0], [7, 0], [3, 0]]]
    assert moments.tolist() == [[-1, 0, 2]]


def test_what_comes_later_is_not_looked_at() -> None:
    colours, moments = palettes(picture(7, 7, 3, 3, 9, 7), None, before=2)
    assert colours.tolist() == [[[7, 0]]]
    assert moments.tolist() == [[0]]
    nothing, _ = palettes(picture(7, 7, 3), None, before=0)
    assert nothing.shape == (1, 0, 2)


def test_pictures_with_fewer_colours_are_filled_up_with_none() -> None:
    both = torch.cat([picture(7, 7, 7), picture(1, 2, 3)])
    colours, moments = palettes(both, None)
    assert colours[0].tolist() == [[7, 0], [-1, -1], [-1, -1]]
    assert bool((moments[0, 1:] > 10**6).all())


def test_only_the_first_colours_are_remembered() -> None:
    many = torch.arange(400).reshape(1, 1, 20, 20) % 255
    many = torch.cat([many, torch.arange(400).reshape(1, 1, 20, 20) // 255], dim=1)
    colours, moments = palettes(many, None)
    assert colours.shape == (1, MOST_COLOURS, 2)
    assert moments.tolist() == [list(range(MOST_COLOURS))]
