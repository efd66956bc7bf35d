from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import Tile, TilePlan
from imagetool.kit.errors import UnfitBuffer
from imagetool.kit.tile_loop import NOBODY, Finish, Host, TileLoop, Turn
from imagetool.plugin import Cancelled
from tests.fakes.models import FakeJob

SOURCE, TARGET = Size(60, 40), Size(120, 80)
PLAN = TilePlan.of_step(TARGET, Size(40, 40))  # 3 columns, 2 rows
IN_COLUMNS = [0, 3, 1, 4, 2, 5]


@dataclass
class Desk:
    """Makes jobs, and remembers what they heard in the order in which it came."""

    crops: list[Rect] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    stops_at: float = 2.0  # the share of the work at which the user stops it

    def job_for(self, crop: Rect, begin: float, end: float) -> FakeJob:
        self.crops.append(crop)
        return _Heard(self, begin, end)


class _Heard(FakeJob):
    def __init__(self, desk: Desk, begin: float, end: float) -> None:
        super().__init__()
        self._desk, self._begin, self._end = desk, begin, end

    def progress(self, done: float, text: str = "") -> None:
        self._desk.shares.append(self._begin + (self._end - self._begin) * done)
        self._desk.texts.append(text)
        if self._desk.shares[-1] >= self._desk.stops_at:
            raise Cancelled


@dataclass
class Computer:
    """Computes noise that depends on the tile alone; remembers which tiles were begun and finished."""

    begun: list[int] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)

    def begin(self, turn: Turn) -> Finish:
        index = PLAN.tiles.index(turn.tile)
        self.begun.append(index)

        def finish() -> NDArray[Any]:
            self.finished.append(index)
            return part(turn.tile, index)

        return finish


def part(tile: Tile, index: int) -> NDArray[Any]:
    shape = (tile.part.height, tile.part.width, 4)
    return np.random.default_rng(index).integers(0, 65536, shape, np.uint16)


def host(view: Callable[[], Rect | None] = lambda: None) -> Host:
    seams = np.full(SeamPlan.of(PLAN).length(4), 7, np.uint16)
    return Host(seams, np.zeros(len(PLAN.tiles), np.uint32), view)


def blank() -> NDArray[Any]:
    return np.full((80, 120, 4), 9, np.uint16)


def run(computer: Computer, desk: Desk, result: NDArray[Any], lent: Host = NOBODY, ahead: int = 0) -> int:
    return TileLoop(PLAN, SOURCE, result, desk.job_for, lent, ahead).run(computer.begin)


@pytest.fixture(scope="module")
def undisturbed() -> bytes:
    result = blank()
    assert run(Computer(), Desk(), result) == 6
    return result.tobytes()


@pytest.mark.parametrize("ahead", [0, 1, 9])
def test_all_tiles_are_computed_in_columns(undisturbed: bytes, ahead: int) -> None:
    computer, result = Computer(), blank()
    assert run(computer, Desk(), result, host(), ahead) == 6
    assert computer.begun == computer.finished == IN_COLUMNS
    assert result.tobytes() == undisturbed


@pytest.mark.parametrize("ahead", [1, 2])
def test_the_next_tile_is_begun_before_the_last_is_waited_for(ahead: int) -> None:
    most = 0

    class Watched(Computer):
        def begin(self, turn: Turn) -> Finish:
            nonlocal most
            finish = super().begin(turn)
            most = max(most, len(self.begun) - len(self.finished))
            return finish

    run(Watched(), Desk(), blank(), ahead=ahead)
    assert most == ahead + 1


@pytest.mark.parametrize("ahead", [0, 1])
def test_progress_counts_finished_tiles_wherever_they_lie(ahead: int) -> None:
    desk = Desk()
    run(Computer(), desk, blank(), host(lambda: Rect(45, 25, 55, 35)), ahead)
    assert desk.texts[0] == "tile 1 of 6"
    assert desk.texts[-1] == "tile 6 of 6"
    numbers = [int(text.split()[1]) for text in desk.texts]
    assert numbers == sorted(numbers)
    assert desk.shares == sorted(desk.shares)
    assert (desk.shares[0], desk.shares[-1]) == (0, 1)


def test_a_single_tile_is_not_counted() -> None:
    desk, plan = Desk(), TilePlan.of_step(Size(8, 6), Size(8, 6))
    pixels = np.ones((6, 8, 4), np.uint8)
    result = np.zeros_like(pixels)
    assert TileLoop(plan, Size(4, 3), result, desk.job_for).run(lambda turn: lambda: pixels) == 1
    assert desk.texts == ["", ""]
    assert (result == 1).all()


def test_jobs_lie_in_the_source() -> None:
    desk = Desk()
    run(Computer(), desk, blank())
    assert desk.crops[:2] == [Rect(0, 0, 20, 20), Rect(0, 20, 20, 40)]
    assert sum(crop.size.pixels for crop in desk.crops) == SOURCE.pixels


def test_what_is_looked_at_is_computed_first_and_a_move_of_the_view_counts_at_once(undisturbed: bytes) -> None:
    computer, result = Computer(), blank()
    places = {0: Rect(45, 25, 55, 35), 1: Rect(0, 0, 10, 10), 2: Rect(300, 0, 310, 10), 3: Rect(45, 5, 45, 5)}
    run(computer, Desk(), result, host(lambda: places.get(len(computer.begun))))
    assert computer.begun[:2] == [5, 0], "in pixels of the source: the view is scaled"
    assert computer.begun[2:] == [3, 1, 4, 2], "where nothing is seen, the rest comes in columns"
    assert result.tobytes() == undisturbed


@pytest.mark.parametrize("seed", range(4))
def test_a_run_that_is_stopped_after_any_tile_is_resumed_to_the_same_bytes(undisturbed: bytes, seed: int) -> None:
    views = np.random.default_rng(seed)

    def wandering() -> Rect:
        left, top = (int(views.integers(0, side)) for side in SOURCE)
        return Rect(left, top, left + 5, top + 5)

    for stopped_after in range(7):
        result, lent, first, later = blank(), host(wandering), Computer(), Computer()
        if stopped_after:
            with pytest.raises(Cancelled):
                run(first, Desk(stops_at=stopped_after / 6 - 1e-6), result, lent)
        assert lent.ledger is not None
        assert np.count_nonzero(lent.ledger) == stopped_after
        desk = Desk()
        assert run(later, desk, result, lent) == 6
        assert sorted([*first.finished, *later.finished]) == [0, 1, 2, 3, 4, 5], "none is computed twice"
        assert result.tobytes() == undisturbed
        if 0 < stopped_after < 6:
            assert desk.texts[0] == f"tile {stopped_after + 1} of 6"
            assert desk.shares[0] == pytest.approx(stopped_after / 6), "progress goes on where it was"


def test_a_tile_whose_bytes_are_spoilt_is_computed_again(undisturbed: bytes) -> None:
    result, lent = blank(), host()
    run(Computer(), Desk(), result, lent)
    tile = PLAN.tiles[4]
    result[tile.interior.slices] ^= 1
    again = Computer()
    run(again, Desk(), result, lent)
    assert again.begun == [4]
    assert result.tobytes() == undisturbed


def test_what_is_kept_is_checked_only_while_the_user_wants_it() -> None:
    result, lent = blank(), host()
    run(Computer(), Desk(), result, lent)
    checked = []

    class Stopped(FakeJob):
        def check(self) -> None:
            checked.append(self)
            if len(checked) == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        TileLoop(PLAN, SOURCE, result, lambda *_: Stopped(), lent).run(Computer().begin)


def test_buffers_of_another_plan_are_refused_before_anything_is_computed() -> None:
    computer = Computer()
    with pytest.raises(UnfitBuffer):
        run(computer, Desk(), blank(), Host(ledger=np.zeros(5, np.uint32)))
    assert computer.begun == []


def test_a_job_that_is_held_goes_on_with_what_is_looked_at_then() -> None:
    """The view is asked for after the wait, not before."""
    computer, looks_at = Computer(), [Rect(0, 0, 5, 5)]

    class Held(FakeJob):
        def progress(self, done: float, text: str = "") -> None:
            if done == 1.0:  # what happens while it waits
                looks_at[0] = Rect(45, 25, 55, 35)

    lent = Host(view=lambda: looks_at[0])
    TileLoop(PLAN, SOURCE, blank(), lambda *_: Held(), lent).run(computer.begin)
    assert computer.begun[:2] == [0, 5]
