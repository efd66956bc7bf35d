"""A job whose process was killed goes on where it stopped, if it is the same one, and nobody else has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagetool.jobs.journal import Journals
from imagetool.jobs.journal.journal import RESULT, SEAMS, SOURCE
from imagetool.jobs.measures import Measures
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Report, Request
from imagetool.jobs.running import Running
from imagetool.wire.messages import Done
from tests.fakes.requests import fake_model, picture
from tests.fakes.tiled_jobs import MANIFEST_OF_A_FILTER, TILES, done_tiles, kill, tiled, work

ROOT = Path(__file__).parents[4]
Prepare = Callable[..., Running]
Folders = Callable[[], list[Path]]
SOME = 5


@pytest.fixture
def killed(prepare: Prepare, folders: Folders) -> Path:
    """The journal of a process that was killed after some of its tiles."""
    running = prepare(tiled())
    work(running, SOME)
    kill(running)
    (folder,) = folders()
    return folder


def journal_of(running: Running) -> Path:
    assert running.lending.journal, "the job is not kept"
    return running.lending.journal.folder


def test_the_same_job_goes_on_with_the_pixels_that_are_there(prepare: Prepare, killed: Path) -> None:
    running = prepare(tiled())
    assert journal_of(running) == killed
    assert done_tiles(running) == [1000 + index for index in range(SOME)] + [0] * (TILES - SOME)
    assert running.resumed == SOME
    assert running.notes == ()
    source, result, seams = (running.lending.get(name) for name in (SOURCE, RESULT, SEAMS))
    assert source
    assert result
    assert seams
    np.testing.assert_array_equal(source.array, picture())
    assert result.array[0, 0, 0] == 1
    assert (seams.array == 7).all()


def test_the_worker_is_told_where_all_of_it_lies(prepare: Prepare, killed: Path) -> None:
    run = prepare(tiled()).message()
    assert run.source
    assert run.seams
    assert run.ledger
    lies = {Path(ref.path) for ref in (run.source, run.result, run.seams, run.ledger)}
    assert {path.parent for path in lies} == {killed}
    assert run.ledger.shape == (TILES,)
    assert run.tile.size == 32


def test_a_job_that_ends_leaves_nothing(prepare: Prepare, killed: Path, folders: Folders) -> None:
    running = prepare(tiled())
    event: Any = running.finished(Done(running.job_id, "cpu", "fp32", 1.0, TILES, 100.0, {}))
    assert event.result.report.resumed == SOME
    assert event.result.report.tile_px == 32
    running.release()
    assert folders() == []


def test_without_being_asked_to_resume_it_begins_from_the_start(
    prepare: Prepare, killed: Path, folders: Folders, tmp_path: Path
) -> None:
    prepare(tiled(resume=False)).release()
    assert folders() == [killed], "a short job is not kept, and takes nothing from others"


OTHERS: list[dict[str, Any]] = [
    {"seed": 2},
    {"amount": 0.25},
    {"device": "cpu"},
    {"precision": "fp32"},
    {"tile_px": 48},
    {"pixels": picture() // 2},
    {"pixels": picture(np.uint16)},
    {"pixels": picture(height=49)},
    {"model": fake_model(MANIFEST_OF_A_FILTER.replace('"fast"', '"slow"'))},
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: next(iter(other)))
def test_another_job_is_not_mistaken_for_it(
    prepare: Prepare, killed: Path, folders: Folders, other: dict[str, Any]
) -> None:
    running = prepare(tiled(**other))
    assert journal_of(running) != killed
    assert not any(done_tiles(running))
    assert running.notes == ()
    running.release()
    assert folders() == [killed], "the other job can still be resumed"


def test_a_job_of_other_weights_or_code_is_put_away_with_a_sentence(
    prepare: Prepare, killed: Path, folders: Folders
) -> None:
    newer = fake_model(MANIFEST_OF_A_FILTER.replace('"1.0"', '"1.1"'))
    running = prepare(tiled(model=newer))
    assert running.notes == (
        "What was kept of this job was made with another version of the plugin; it was deleted.",
    )
    assert not killed.exists()
    assert not any(done_tiles(running))


def test_a_job_of_another_imagetool_is_put_away_with_a_sentence(prepare: Prepare, killed: Path) -> None:
    record = json.loads((killed / "job.json").read_text())
    record["facts"]["imagetool"] = "0.0.1"
    (killed / "job.json").write_text(json.dumps(record))
    running = prepare(tiled())
    assert running.notes == (
        "What was kept of this job was made with another version of imagetool; it was deleted.",
    )
    assert not killed.exists()


def cut(name: str) -> Callable[[Path], object]:
    return lambda folder: os.truncate(folder / name, 1)


def gone(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def written(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "job.json").write_text(text)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut result": cut("result.pixels"),
    "cut ledger": cut("ledger.pixels"),
    "no seams": gone("seams.pixels"),
    "no source": gone("source.pixels"),
    "half-written": gone("job.json"),
    "empty record": written(""),
    "no JSON": written("{"),
    "a list": written("[]"),
    "too deep": written("[" * 100_000),
    "too large": written(" " * (2**20 + 1)),
    "another format": written('{"format": 2}'),
    "binary": lambda folder: (folder / "job.json").write_bytes(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_journal_is_put_away_with_a_sentence(
    prepare: Prepare, killed: Path, folders: Folders, damage: Callable[[Path], object]
) -> None:
    damage(killed)
    running = prepare(tiled())
    (sentence,) = running.notes
    assert sentence.startswith(f"What was kept of the job {killed.name[:12]} cannot be used (")
    assert sentence.endswith("); it was deleted.")
    assert not killed.exists()
    assert not any(done_tiles(running)), "the job begins from the start"
    assert journal_of(running) != killed


WEIRD: list[Any] = [None, "", "x" * 200_000, -1, 2**70, 1.5, float("nan"), [], [1], {}, {"a": None}, True, "\0"]


@pytest.mark.parametrize("value", WEIRD, ids=lambda value: repr(value)[:20])
def test_no_record_makes_it_crash(prepare: Prepare, killed: Path, value: Any) -> None:
    record = json.loads((killed / "job.json").read_text())
    places = [(record, key) for key in record] + [
        (record[part], key) for part in ("facts", "attempt") for key in record[part]
    ]
    for place, key in places:
        before, place[key] = place[key], value
        (killed / "job.json").write_text(json.dumps(record))
        place[key] = before
        running = prepare(tiled(seed=2))
        kill(running)
        killed.mkdir(exist_ok=True)


def test_two_cannot_have_the_same_journal(prepare: Prepare, killed: Path) -> None:
    first, second = prepare(tiled()), prepare(tiled())
    assert journal_of(first) == killed
    assert journal_of(second) != killed
    assert second.notes == (
        "The same job is under way in another window or command; this one begins from the start.",
    )


HOLDER = """
import sys
from pathlib import Path
from imagetool.jobs.journal import Journal
held = Journal.taken(Path(sys.argv[1]))
assert held
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_process_that_dies_lets_go_of_its_journal(prepare: Prepare, killed: Path) -> None:
    line = [sys.executable, "-c", HOLDER, str(killed)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "taken\n"
        assert prepare(tiled()).notes, "another process has it"
        holder.kill()
    assert journal_of(prepare(tiled())) == killed


def test_a_later_attempt_is_resumed_in_its_own_way(prepare: Prepare, folders: Folders) -> None:
    asked = tiled()
    prepare(replace(asked, tile_px=32)).release()
    running = prepare(replace(asked, tile_px=40, precision="bf16", device="cpu"), asked)
    work(running, 3)
    kill(running)
    again = prepare(tiled())
    assert (again.request.tile_px, again.request.precision, again.request.device) == (40, "bf16", "cpu")
    assert again.message().precision == "bf16"
    assert again.resumed == 3


def test_a_precision_that_was_stepped_down_to_is_kept(prepare: Prepare) -> None:
    running = prepare(tiled())
    running.computed_in("fp32")
    kill(running)
    assert prepare(tiled()).request.precision == "fp32"


def test_the_newest_of_two_is_resumed_and_the_other_goes(prepare: Prepare, folders: Folders) -> None:
    first = prepare(tiled())
    second = prepare(tiled())
    os.utime(journal_of(first) / "lock", (1, 1))
    newer = journal_of(second)
    kill(first)
    kill(second)
    assert journal_of(prepare(tiled())) == newer
    assert folders() == [newer]


def test_a_job_expected_to_take_long_is_kept_without_being_asked(
    prepare: Prepare, journals: Journals, tmp_path: Path
) -> None:
    request = tiled(resume=False)
    for seconds, kept in ((19.0, False), (21.0, True)):
        measures = Measures(tmp_path / str(kept))
        measures.add(request, Report("cpu", "fp32", seconds, TILES, 300.0, tile_px=32), 64 * 48)
        running = prepare(request, equipment=Equipment(journals, measures))
        assert (running.lending.journal is not None) == kept
        running.release()


def test_a_job_that_begins_from_the_start_takes_the_place_of_the_killed_one(
    prepare: Prepare, killed: Path, folders: Folders, journals: Journals, tmp_path: Path
) -> None:
    request, measures = tiled(resume=False), Measures(tmp_path / "measures")
    measures.add(request, Report("cpu", "fp32", 60.0, TILES, 300.0, tile_px=32), 64 * 48)
    running = prepare(request, equipment=Equipment(journals, measures))
    assert not any(done_tiles(running))
    assert folders() == [journal_of(running)]
    assert not killed.exists()


def test_where_nothing_is_kept_the_job_is_carried_out_all_the_same(prepare: Prepare, root: Path) -> None:
    root.parent.mkdir(exist_ok=True)
    root.write_text("a file where the folder should be")
    running = prepare(tiled())
    assert running.lending.journal is None
    assert running.notes
    assert running.notes[0].startswith("What is done of this job is not kept on the disk (")
    assert not any(done_tiles(running))


def test_jobs_that_are_not_in_tiles_are_not_kept(prepare: Prepare, folders: Folders) -> None:
    whole = fake_model(MANIFEST_OF_A_FILTER.replace("tile = {", "whole = true\ntile = {"))
    request: Request = tiled(model=whole)
    running = prepare(request)
    assert running.lending.journal is None
    assert running.cutting is None
    assert running.message().ledger is None
    assert running.partial() is None
