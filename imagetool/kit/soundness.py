"""Notices where a model makes rubbish in reduced precision, and has that computed again in float32.

The tests look for what goes wrong in practice: numbers that overflow or are none, which end as black or white
areas, and results that are too far from those in float32. They cost a few numbers for each tile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from imagetool.kit.errors import InvalidResult
from imagetool.kit.precision import Precision
from imagetool.kit.tensors import NO_NUMBERS, Fetch, expected, fetched, mirrored

TRIED_PX = 128
"""So much of the first tile is computed in both precisions, along each side."""

MOST_OFF = 2 / 255
"""How far a result may be from that in float32: root mean square, in shares of its range or of 1."""

_CELLS, _EVERY = 16, 4  # a tile is looked at in 16 x 16 cells, of each at every fourth pixel
_BLACK, _WHITE = 0.5 / 255, 1 - 0.5 / 255
_NOT_BLACK, _NOT_WHITE = 0.1, 0.8  # means of cells that no model should make black or white

Run: TypeAlias = Callable[[Tensor, Precision], Tensor]
"""Runs a model once on (1, 3, h, w), in that precision."""

Compute: TypeAlias = Callable[[Precision], Tensor]
"""Computes a tile, (1, C, h, w), in that precision."""

Then: TypeAlias = Callable[[Tensor], tuple[Tensor, ...]]
"""Makes of a tile what is wanted of it."""

Finish: TypeAlias = Callable[[], tuple[Tensor, ...]]
"""Waits for what `Then` makes."""


def unheard(sentence: str) -> None:
    """Tells nobody."""


class Soundness:
    """Keeps watch over one picture, which is computed in reduced precision for as long as that goes well.

    Made once for each picture, and asked for each of its tiles::

        sound = Soundness(precision, device, note)
        finish = sound.begin(crop, run, then)  # begins to compute; a graphics card goes on while this returns
        pixels, preview = finish()  # waits; rubbish is computed again in float32, as are all later tiles
        sound.precision  # what is used now

    `then` makes of a tile what is wanted of it, on its device, as a tuple; that is what comes, on the processor.
    `run` is to compute in the precision that it is given: ``with precision.active(device): model.run(…)``, and to
    look at the result's form alone (`check_form`). Where a tile takes more than one run of the model, `compute`
    makes the tile, and `run` only shows on a small piece of the first crop what the precision does. Where float32
    makes the same black or white, the model means it, and it is not looked for any more.
    """

    def __init__(self, precision: Precision, device: torch.device, note: Callable[[str], None] = unheard) -> None:
        self.precision = precision
        self._device = device
        self._note = note
        self._tried = self._means_it = False

    def begin(self, image: Tensor, run: Run, then: Then, compute: Compute | None = None) -> Finish:
        """Begins to compute a tile from a crop (1, 3, h, w); what is returned waits for it, once.

        Raises:
            InvalidResult: also of what is returned: where the model returns in float32, too, what is none.
        """
        make = compute or (lambda precision: run(image, precision))
        self.try_out(image, run)
        used = self.precision
        made = make(used)
        look, wanted = fetched(_flaws(image, made)), [fetched(tensor) for tensor in then(made)]

        def finish() -> tuple[Tensor, ...]:
            sound = self._sound(_Tile(image, made, make, used), look)
            if sound is made:
                return tuple(fetch() for fetch in wanted)
            return tuple(tensor.cpu() for tensor in then(sound))

        return finish

    @property
    def wants_trial(self) -> bool:
        """Whether it is still to be seen what the reduced precision does."""
        return not (self.precision.is_full or self._tried)

    def try_out(self, image: Tensor, run: Run) -> None:
        """Compares the reduced precision with float32 on a piece of a crop (1, 3, h, w), once.

        Where it is the same crop in whatever order tiles come, the result does not depend on that order.
        """
        if not self.wants_trial:
            return
        self._tried = True
        piece = _piece(image)
        exact, made = (run(piece, precision).float() for precision in (Precision.FP32, self.precision))
        scale = max(1.0, float(exact.amax() - exact.amin()))
        off = float((made - exact).square().mean().sqrt())
        if bool(torch.isfinite(exact.sum())) and not off <= MOST_OFF * scale:  # nor is it where off is no number
            self._step_down(f"In {self.precision} the picture came out inexact, so it was computed in fp32")

    def _sound(self, tile: _Tile, look: Fetch) -> Tensor:
        flaws = _Flaws(*look().tolist())
        if tile.used.is_full:
            if flaws.no_numbers:
                raise _no_numbers(tile.made)
            return tile.made
        if not flaws.any or (self._means_it and not flaws.no_numbers):
            return tile.made
        again = tile.make(Precision.FP32)
        others = _Flaws(*_flaws(tile.image, again).tolist())
        if others.no_numbers:
            raise _no_numbers(again)
        if others == flaws:
            self._means_it = True
            return tile.made
        if not self.precision.is_full:
            self._step_down(
                f"In {tile.used} a part came out {flaws.said}, so it and the rest were computed in fp32"
            )
        return again

    def _step_down(self, what: str) -> None:
        self.precision = Precision.FP32
        self._note(f"{what}, which takes longer.")


@dataclass(frozen=True, eq=False, slots=True)
class _Tile:
    """A tile that was made of an image in some precision, and can be made again in another."""

    image: Tensor
    made: Tensor
    make: Compute
    used: Precision


@dataclass(frozen=True, slots=True)
class _Flaws:
    """What is wrong with a tile."""

    no_numbers: bool
    black: bool
    white: bool

    @property
    def any(self) -> bool:
        """Whether something is."""
        return self.no_numbers or self.black or self.white

    @property
    def said(self) -> str:
        """The worst, as the end of a sentence."""
        return "without numbers" if self.no_numbers else "black" if self.black else "white"


def _flaws(image: Tensor, made: Tensor) -> Tensor:
    """(3,) bool, on the device: whether `made` has values that are no numbers, and cells all black or all white.

    Black and white count where the image is neither, and where `made` is a picture and not a map.
    """
    no_numbers = ~torch.isfinite(made.sum(dtype=torch.float32))  # one value that is none spoils the sum
    count = min(_CELLS, *(-(-side // _EVERY) for side in (*image.shape[-2:], *made.shape[-2:])))
    if made.shape[1] < 3:
        return torch.stack([no_numbers, torch.zeros_like(no_numbers), torch.zeros_like(no_numbers)])
    was, now = _cells(image[:, :3], count).mean((0, 1, 3, 5)), _cells(made[:, :3], count)  # was: (count, count)
    black = (now.amax((0, 1, 3, 5)) <= _BLACK) & (was > _NOT_BLACK)
    white = (now.amin((0, 1, 3, 5)) >= _WHITE) & (was < _NOT_WHITE)
    return torch.stack([no_numbers, black.any(), white.any()])


def _cells(image: Tensor, count: int) -> Tensor:
    """(1, 3, count, h, count, w) of (1, 3, H, W)."""
    few = image[..., ::_EVERY, ::_EVERY]
    height, width = (-(-side // count) for side in few.shape[-2:])
    return mirrored(few, count * height, count * width).reshape(1, 3, count, height, count, width)


def _piece(image: Tensor) -> Tensor:
    """The middle of an image."""
    top, left = (max(0, side - TRIED_PX) // 2 for side in image.shape[-2:])
    return image[..., top : top + TRIED_PX, left : left + TRIED_PX]


def _no_numbers(made: Tensor) -> InvalidResult:
    return InvalidResult(expected(tuple(made.shape)), NO_NUMBERS)
