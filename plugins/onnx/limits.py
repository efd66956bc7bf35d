"""Which sizes a graph takes, how far a pixel's result depends on the picture, and how large tiles may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import EllipsisType

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.tile_plan import BLEND_PX
from plugins.onnx.candidates import Guess
from plugins.onnx.facts import Facts
from plugins.onnx.trials import Trials, trial_picture
from plugins.onnx.windows import fitting

MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
SHORTEST_PX = (1, 2, 4, 8, 16, 32, 64)

USUAL_OVERLAP_PX, MOST_OVERLAP_PX = 32, 96

_FIELDS_PX = (128, 256)
_SAME = 2e-6
"""Less than this is a rounding error; a level of 16 bit is 1.5e-5."""

_INVISIBLE = 0.25 / 255
_VISIBLE = 2 / 255
_ROUNDED = 1e-5
_BLOCK_PX = 4
_RUN_S = 10.0
_TILE_S = 60.0
_TILE_PX, _RESULT_PX, _SLOW_TILE_PX = 512, 1280, 160
"""Sides of a tile, of its result, where memory goes, and of a tile that would take minutes otherwise."""

_LEAST_TILE_PX = 32
_SLACK_PX = 2 * BLEND_PX + 4
"""How much larger than its size a tile's crop can be: blending and, at both ends, a cubic kernel."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """How the graph is used on a large picture, besides its facts.

    Attributes:
        size_px: Side of a tile.
        is_exact: Whether tiles give the same as the whole picture would.
        whole: Whether it wants the whole picture, because tiles would show.
    """

    size_px: int
    is_exact: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a pixel's result depends on the picture.

    `is_all` where what lies beyond `px` makes no difference, `shows` where it makes one that can be seen.
    """

    px: int
    is_all: bool
    shows: bool = False


def with_sizes(trials: Trials, facts: Facts, guess: Guess) -> Facts:
    """Finds what the sides must be multiples of and how short they may be; one size, where none else works."""
    if facts.fixed is not None:
        return facts
    open_facts = replace(facts, fixed=None)
    for multiple in MULTIPLES:
        height, width = (-(-side // multiple) * multiple for side in (guess.height, guess.width))
        # Odd numbers of it, so that no larger multiple is meant.
        if trials.works(open_facts, height + _odd(height, multiple), width + _odd(width, multiple) + 2 * multiple):
            return _with_least(trials, replace(open_facts, multiple_of=multiple), guess)
    return replace(facts, fixed=(guess.height, guess.width))


def reach_of(trials: Trials, facts: Facts, pixel_s: float) -> Reach:
    """Changes a few pixels in the middle of a picture and sees how far off the result does; then the reverse."""
    reach = Reach(USUAL_OVERLAP_PX, is_all=False)
    for height, width in _field_sizes(facts):
        if height * width * pixel_s > _RUN_S or trials.left_s < 0:
            break
        reach = _reach_within(trials, facts, height, width)
        if reach.is_all:
            break
    return reach


def _reach_within(trials: Trials, facts: Facts, height: int, width: int) -> Reach:
    plain = trial_picture(facts.picture.channels, height, width)
    made = trials.compute(facts, plain)
    rng = torch.Generator().manual_seed(6)
    rough = torch.rand(plain.shape, generator=rng)
    middle = _middle(height, width, _BLOCK_PX)
    change = torch.zeros((1, 1, height, width))
    for image, before in ((plain, made), (rough, trials.compute(facts, rough))):
        touched = image.clone()
        touched[middle] = torch.rand(touched[middle].shape, generator=rng)
        change = torch.maximum(change, _change(before, trials.compute(facts, touched), facts.scale))

    def from_beyond(px: int) -> float:
        """How much the middle changes where the picture gets darker further away than that."""
        darker = plain / 2
        seen = _middle(height, width, min(_BLOCK_PX + 2 * px, height, width))
        darker[seen] = plain[seen]
        return float(_change(made, trials.compute(facts, darker), facts.scale)[middle].mean())

    exact = _radius(change > _SAME)
    if exact <= min(MOST_OVERLAP_PX, min(height, width) // 2 - _BLOCK_PX) and from_beyond(exact) <= _ROUNDED:
        return Reach(exact, is_all=True)
    px = min(MOST_OVERLAP_PX, max(USUAL_OVERLAP_PX, _radius(change > _INVISIBLE)))
    return Reach(px, is_all=False, shows=from_beyond(px) > _VISIBLE)


def _middle(height: int, width: int, length: int) -> tuple[EllipsisType, slice, slice]:
    """A square in the middle of (…, height, width)."""
    top, left = _begin(height, length), _begin(width, length)
    return ..., slice(top, top + length), slice(left, left + length)


def tile_of(facts: Facts, pixel_s: float) -> int:
    """Side of the tiles: that of a graph of one size less what crops are larger by, else what memory bears."""
    least = max(_LEAST_TILE_PX, 2 * facts.overlap_px)
    if facts.fixed is not None:
        return max(least, min(facts.fixed) - _SLACK_PX)
    usual = min(_TILE_PX, _RESULT_PX // facts.scale)
    slow = usual * usual * pixel_s > _TILE_S
    return max(least, _SLOW_TILE_PX if slow else usual, min(usual, 4 * facts.overlap_px))


def most_overlap(facts: Facts) -> int:
    """Beyond this a graph of one size would spend most of its time on what is thrown away."""
    return min(facts.fixed) // 4 if facts.fixed else MOST_OVERLAP_PX


def _odd(side: int, multiple: int) -> int:
    return multiple if side // multiple % 2 == 0 else 0


def _with_least(trials: Trials, facts: Facts, guess: Guess) -> Facts:
    for side in SHORTEST_PX:
        short = -(-side // facts.multiple_of) * facts.multiple_of
        if short >= min(guess.height, guess.width):
            break
        if trials.left_s > 0 and trials.works(facts, short, short):
            return replace(facts, least_px=short)
    return replace(facts, least_px=min(guess.height, guess.width))


def _field_sizes(facts: Facts) -> list[tuple[int, int]]:
    """Of the pictures that show how far a graph sees, the cheapest first."""
    if facts.fixed is not None:
        return [facts.fixed]
    return [fitting(side, side, facts) for side in _FIELDS_PX]


def _change(before: Tensor, after: Tensor, scale: int) -> Tensor:
    """(1, 1, h, w): the largest change of the result at each pixel of the picture."""
    return functional.max_pool2d((before - after).abs().amax(dim=1, keepdim=True), scale)


def _radius(changed: Tensor) -> int:
    """How far the furthest changed pixel lies from the block in the middle."""
    furthest = 0
    for axis in (-2, -1):
        hit = changed[0, 0].any(dim=1 if axis == -2 else 0).nonzero()
        if len(hit):
            begin = _begin(changed.shape[axis], _BLOCK_PX)
            furthest = max(furthest, begin - int(hit.min()), int(hit.max()) - (begin + _BLOCK_PX - 1))
    return furthest


def _begin(side: int, length: int) -> int:
    return side // 2 - length // 2
