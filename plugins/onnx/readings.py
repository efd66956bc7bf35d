"""What a graph means by its numbers: which are black and white, and which side of a mask is the hole."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TypeAlias

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from plugins.onnx.candidates import Guess
from plugins.onnx.endings import values_at_the_end
from plugins.onnx.facts import Facts, Plane, Values
from plugins.onnx.trials import Trials, middle, trial_hole, trial_picture

_ALIKE = 0.15
"""Mean difference from the enlarged picture, black to white being 1, below which a result shows the picture."""

_FAR_OFF = 0.9
"""The same for a result that is nearly all black or white, or beyond."""

_NEAR = 0.03
"""And for one that is as good as any."""

_CLEARLY = 3
"""How many times nearer to the picture another reading must be; 0–1 is the most usual by far."""

_Reading: TypeAlias = tuple[Values, Values]


def with_convention(trials: Trials, facts: Facts, guess: Guess) -> Facts:
    """Which side of the mask is the hole: the one whose old content shows less in the result."""
    if facts.mask is None:
        return facts
    hole = middle(guess.height, guess.width)
    one = trial_picture(facts.picture.channels, guess.height, guess.width)
    other = torch.where(hole, 1 - one, one)
    shown = []
    for is_high in (True, False):
        tried = replace(facts, hole_is_high=is_high)
        change = trials.compute(tried, one, hole) - trials.compute(tried, other, hole)
        shown.append(float(change.abs().mean()))
    return replace(facts, hole_is_high=shown[0] <= shown[1])


def with_values(trials: Trials, facts: Facts, guess: Guess) -> Facts:
    """Which numbers are black and white: those with which the result looks most like the enlarged picture.

    What the graph's last operators say is believed. The usual is kept unless another is clearly better; a result
    that never looks like the picture decides nothing.
    """
    errors: dict[_Reading, float] = {}
    ending = values_at_the_end(trials.graph.proto, facts.result.name)
    for given in _possible(facts.picture):
        fed = replace(facts, picture=replace(facts.picture, values=given))
        for taken, error in _errors(trials, fed, guess).items():
            if ending in (None, taken):
                errors[given, taken] = error
    given, taken = _best(errors)
    return replace(facts, picture=replace(facts.picture, values=given), result=replace(facts.result, values=taken))


def _errors(trials: Trials, facts: Facts, guess: Guess) -> dict[Values, float]:
    """How far the result is from the enlarged picture, for each way to read it; holes do not count."""
    image = trial_picture(facts.picture.channels, guess.height, guess.width)
    hole = trial_hole(facts, guess.height, guess.width)
    large = resize(image, Size(guess.width * facts.scale, guess.height * facts.scale))
    raw = trials.compute(replace(facts, result=replace(facts.result, values=Values.UNIT)), image, hole)
    return {taken: _distance(taken.decoded(raw), large, hole) for taken in _possible(facts.result)}


def _distance(made: Tensor, picture: Tensor, hole: Tensor | None) -> float:
    wrong = (made - picture).abs().nan_to_num(1.0).clamp(max=1)
    return float((wrong if hole is None else wrong * ~hole).mean())


def _possible(plane: Plane) -> tuple[Values, ...]:
    return (Values.BYTES,) if plane.numbers == "uint8" else tuple(Values)


def _best(errors: dict[_Reading, float]) -> _Reading:
    same_first = sorted(itertools.product(Values, Values), key=lambda reading: reading[0] is not reading[1])
    known = [reading for reading in same_first if reading in errors]
    least = min(errors.values())
    if least > _ALIKE and errors[known[0]] < _FAR_OFF:
        return known[0]
    return next(reading for reading in known if errors[reading] <= _CLEARLY * least + _NEAR)
