"""Where the memory is not enough, a job is tried in other ways, with real workers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from imagetool.jobs.errors import NotEnoughMemory, WorkerDied
from imagetool.jobs.events import Failed, Finished, JobEvent, Noted, Started
from imagetool.jobs.request import Request
from tests.fakes.desk import Desk
from tests.fakes.faulty import faulty
from tests.fakes.launches import Launches
from tests.fakes.requests import filtering, picture

pytestmark = pytest.mark.shared_worker

LIMIT_BYTES = 800_000_000
PIXELS = picture(height=200, width=300)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Workers that may have little memory; until the last test there are no others' models in them."""
    made = Desk(launch=Launches(memory_limit_bytes=LIMIT_BYTES))
    yield made
    made.close()


def short(fits_px: int, how: str, tile_px: int = 0) -> Request:
    """A request to a model that has memory for tiles of at most `fits_px`."""
    model = faulty("short_of_memory", own_process=True)
    return filtering(model, {"fits_px": fits_px, "how": how}, PIXELS, tile_px)


def inverted(event: JobEvent) -> Finished:
    """The event of a job that has inverted the picture."""
    assert isinstance(event, Finished), event
    np.testing.assert_array_equal(event.result.pixels[..., :3], 255 - PIXELS[..., :3])
    return event


def notes(desk: Desk, job_id: str) -> list[str]:
    return [event.text for event in desk.heard[job_id] if isinstance(event, Noted)]


WAYS = [
    ("says so", "The memory was not enough"),
    ("is killed", "The model's process was killed, as happens where memory runs out"),
    ("takes too much", "The model's process was ended because it took too much memory"),
]


@pytest.mark.parametrize(("how", "said"), WAYS, ids=[how for how, _ in WAYS])
def test_tiles_become_smaller_until_they_fit(desk: Desk, how: str, said: str) -> None:
    job_id = desk.submit(short(130, how))
    event = inverted(desk.end_of(job_id))
    line = f"{said}, so it was tried again with tiles of 128 pixels."
    assert notes(desk, job_id) == [line]
    report = event.result.report
    assert (report.notes, report.tile_px) == ((line,), 128)
    assert report.tiles == 6
    assert sum(isinstance(told, Started) for told in desk.heard[job_id]) == 1


def test_a_job_for_which_nothing_is_enough_says_what_was_tried(desk: Desk) -> None:
    event = desk.end_of(desk.submit(short(0, "says so")))
    assert isinstance(event, Failed)
    assert isinstance(event.error, NotEnoughMemory)
    assert str(event.error) == (
        "The memory is not enough for this job. It was also tried with tiles of 80 pixels and in bf16. "
        "Close other programs, or mask or enlarge less at once."
    )
    assert "DefaultCPUAllocator" in event.error.details


def test_a_job_whose_last_attempt_is_killed_ends_with_that(desk: Desk) -> None:
    event = desk.end_of(desk.submit(short(0, "is killed", tile_px=80)))
    assert isinstance(event, Failed)
    assert isinstance(event.error, WorkerDied)
    assert "It was also tried in bf16." in str(event.error)
    inverted(desk.end_of(desk.submit(short(1000, ""))))  # five workers have died, of which one counts


def test_what_others_hold_is_released_too(desk: Desk) -> None:
    desk.prove_that_it_works()  # its model stays in the worker of the bundled plugins
    event = desk.end_of(desk.submit(short(0, "says so", tile_px=80)))
    assert isinstance(event, Failed)
    assert "It was also tried in bf16 and without other models." in str(event.error)
    desk.prove_that_it_works()
