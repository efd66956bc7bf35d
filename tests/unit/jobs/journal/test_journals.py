"""Journals take a bounded part of the disk, and are told of to whoever may go on with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.journal import Journals
from imagetool.jobs.journal.errors import JournalDamaged, JournalStale
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.running import Running
from tests.fakes.requests import fake_model, picture
from tests.fakes.tiled_jobs import MANIFEST_OF_A_FILTER, TILES, kill, tiled, work

Prepare = Callable[..., Running]
Folders = Callable[[], list[Path]]


def left(prepare: Prepare, seed: int, equipment: Equipment | None = None) -> Path:
    """The journal of a killed job; jobs of different seeds are different jobs."""
    running = prepare(tiled(seed=seed), equipment=equipment)
    assert running.lending.journal, running.notes
    folder: Path = running.lending.journal.folder
    work(running, seed)
    kill(running)
    os.utime(folder / "lock", (seed, seed))
    return folder


def test_the_oldest_are_deleted_to_make_room(prepare: Prepare, root: Path) -> None:
    first, second, third = (left(prepare, seed) for seed in (1, 2, 3))
    taken = sum(file.stat().st_blocks * 512 for folder in (first, second, third) for file in folder.iterdir())
    fourth = left(prepare, 4, Equipment(Journals(root, most_bytes=taken + 1000)))
    assert [folder.exists() for folder in (first, second, third, fourth)] == [False, True, True, True]


def test_one_that_somebody_has_is_not_deleted(prepare: Prepare, root: Path) -> None:
    running = prepare(tiled(seed=9))
    small = Equipment(Journals(root, most_bytes=60_000))
    other = prepare(tiled(seed=8), equipment=small)
    assert other.lending.journal is None
    assert "(other jobs that were not finished take all the space there is for them)" in other.notes[0]
    assert running.lending.journal
    assert running.lending.journal.folder.exists()


NO_ROOM = [
    (Journals(Path(), most_bytes=100), "it would take 0.0 GB"),
    (Journals(Path(), least_free_bytes=2**60), "the disk is nearly full"),
]


@pytest.mark.parametrize(("limits", "why"), NO_ROOM)
def test_too_little_room_is_said(
    prepare: Prepare, root: Path, folders: Folders, limits: Journals, why: str
) -> None:
    journals = Journals(root, limits._most_bytes, limits._least_free_bytes)
    running = prepare(tiled(), equipment=Equipment(journals))
    assert running.notes == (f"What is done of this job is not kept on the disk ({why}); it cannot be resumed.",)
    assert folders() == []


def test_what_was_left_is_told_the_newest_first(prepare: Prepare, journals: Journals) -> None:
    assert journals.unfinished() == ([], [])
    for seed in (2, 5):
        left(prepare, seed)
    told, problems = journals.unfinished()
    assert problems == []
    assert [(one.done, one.total, one.record.facts.seed) for one in told] == [(5, TILES, 5), (2, TILES, 2)]
    assert told[0].task == "filter"
    np.testing.assert_array_equal(told[0].pixels(), picture())


def test_what_somebody_is_at_work_on_is_not_told(prepare: Prepare, journals: Journals) -> None:
    prepare(tiled())
    assert journals.unfinished() == ([], [])


def test_what_cannot_be_used_is_deleted_and_said(prepare: Prepare, journals: Journals, folders: Folders) -> None:
    damaged = [(left(prepare, seed), name) for seed, name in ((1, "job.json"), (2, "ledger.pixels"))]
    for folder, name in damaged:
        (folder / name).unlink()
    told, problems = journals.unfinished()
    assert told == []
    assert [type(problem) for problem in problems] == [JournalDamaged, JournalDamaged]
    assert folders() == []


def catalog_of(text: str) -> Catalog:
    plugin: Plugin = fake_model(text).plugin
    return Catalog((plugin,), ())


def test_it_asks_for_the_same_job_again(prepare: Prepare, journals: Journals) -> None:
    folder = left(prepare, 3)
    (one,), _ = journals.unfinished()
    model = one.model(catalog_of(MANIFEST_OF_A_FILTER))
    source = tiled().source
    assert source
    running = prepare(one.request(model, source))
    assert running.lending.journal
    assert running.lending.journal.folder == folder
    assert running.resumed == 3


def test_a_model_that_has_changed_is_said(prepare: Prepare, journals: Journals) -> None:
    left(prepare, 3)
    (one,), _ = journals.unfinished()
    with pytest.raises(JournalStale, match="another version of the plugin"):
        one.model(catalog_of(MANIFEST_OF_A_FILTER.replace('"1.0"', '"2.0"')))


def test_a_picture_that_is_not_whole_is_said(prepare: Prepare, journals: Journals) -> None:
    folder = left(prepare, 3)
    (one,), _ = journals.unfinished()
    np.zeros(64 * 48 * 4, np.uint8).tofile(folder / "source.pixels")
    with pytest.raises(JournalDamaged, match="the picture is not whole"):
        one.pixels()


def test_discarding_takes_it_away_once(prepare: Prepare, journals: Journals, folders: Folders) -> None:
    left(prepare, 3)
    (one,), _ = journals.unfinished()
    one.discard()
    one.discard()
    assert folders() == []


def test_discarding_what_is_being_resumed_does_nothing(prepare: Prepare, journals: Journals) -> None:
    folder = left(prepare, 3)
    (one,), _ = journals.unfinished()
    prepare(tiled(seed=3))
    one.discard()
    assert folder.exists()
