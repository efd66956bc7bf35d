"""What to try next where the memory was not enough for a job: a pure function of what has been tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from imagetool.plugin.model_entry import TileEntry

CPU = "cpu"
_KEPT_PX = 64  # of the smallest tile that is tried, so much is kept
_FULL = ("", "fp32")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to do a job.

    Attributes:
        tile_px: Side of the tiles; 0 for the largest that fits.
        precision: As in a request; empty for the best.
        device: As in a request.
        alone: Whether all other models were released before.
    """

    tile_px: int
    precision: str
    device: str
    alone: bool = False


TOOK_TOO_MUCH = "The model's process was ended because it took too much memory"
KILLED = "The model's process was killed, as happens where memory runs out"


@dataclass(frozen=True, slots=True)
class Shortage:
    """Which memory was not enough: that of `device`, or, where the worker died of it, the computer's.

    `precision` is what was computed in, empty where that is not known; `death` is how the worker died, as the
    beginning of a sentence.
    """

    device: str = CPU
    precision: str = ""
    death: str = ""

    @property
    def said(self) -> str:
        """What happened, as the beginning of a sentence."""
        if self.death:
            return self.death
        return "The memory was not enough" if self.device == CPU else "The graphics card's memory was not enough"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a job leaves open.

    Attributes:
        tile: How the model wants its tiles; None where the job is not done in tiles.
        side_px: The longer side of the picture.
        precisions: What the model can compute in.
        crowded: Whether other models than the job's are loaded somewhere.
    """

    tile: TileEntry | None
    side_px: int
    precisions: tuple[str, ...]
    crowded: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The next attempt, and a sentence for the user that says why and what is tried."""

    attempt: Attempt
    said: str


def next_step(attempts: Sequence[Attempt], shortage: Shortage, scope: Scope) -> Step | None:
    """Smaller tiles, a lower precision, no other models, the CPU and there the same again; None at the end.

    No attempt is made twice, so that there is an end.

    Args:
        attempts: All so far, each with the size of tiles that it really had; at least one.
        shortage: How the last of them failed.
        scope: What can be changed.
    """
    last = attempts[-1]
    if scope.tile and (tile_px := _smaller(last.tile_px, scope.side_px, scope.tile)):
        return _step(last, replace(last, tile_px=tile_px), shortage)
    low = next((name for name in scope.precisions if name not in _FULL), "")
    if low and shortage.precision in _FULL and last.precision in _FULL:
        return _step(last, replace(last, precision=low), shortage)
    if scope.crowded and not last.alone:
        return _step(last, replace(last, alone=True), shortage)
    if shortage.device != CPU and last.device != CPU:
        first = Attempt(0, attempts[0].precision, CPU, alone=last.alone)
        return _step(last, first, shortage)
    return None


def tried(attempts: Sequence[Attempt]) -> str:
    """What was tried after the first attempt, for a sentence; empty where nothing was.

    Of tiles that became smaller and smaller only the smallest are named.
    """
    ways: list[str] = []
    for before, after in pairwise(attempts):
        way = _way(before, after)
        if ways and way.startswith(_TILES) and ways[-1].startswith(_TILES):
            ways.pop()
        ways.append(way)
    if len(ways) < 2:
        return "".join(ways)
    return f"{', '.join(ways[:-1])} and {ways[-1]}"


_TILES = "with tiles of"


def _step(last: Attempt, attempt: Attempt, shortage: Shortage) -> Step:
    return Step(attempt, f"{shortage.said}, so it was tried again {_way(last, attempt)}.")


def _way(before: Attempt, after: Attempt) -> str:
    """In what one attempt differs from the one before it."""
    if before.device != after.device:
        return f"on the {after.device.upper()}"
    if before.precision != after.precision:
        return f"in {after.precision}"
    if before.tile_px != after.tile_px:
        return f"{_TILES} {after.tile_px} pixels"
    return "without other models"


def _smaller(tile_px: int, side_px: int, tile: TileEntry) -> int:
    """Half of a tile that is filled, as a multiple of what the model wants; 0 where it would be too small."""
    filled_px = min(tile_px or tile.size, side_px)
    least_px = _multiple(2 * tile.overlap + _KEPT_PX, tile.multiple_of)
    halved_px = max(least_px, _multiple(filled_px // 2, tile.multiple_of))
    return halved_px if halved_px < filled_px else 0


def _multiple(length_px: int, of_px: int) -> int:
    return -(-length_px // of_px) * of_px
