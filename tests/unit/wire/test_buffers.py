from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from imagetool.wire.buffers import FOLDER_PREFIX, Buffer, BufferPool, open_array, rest, sweep_leftovers
from imagetool.wire.errors import NoRoomForPixels
from imagetool.wire.messages import BufferRef

MB = 2**20


@pytest.fixture
def pool() -> Iterator[BufferPool]:
    made = BufferPool()
    yield made
    made.close()


def test_what_one_side_writes_the_other_reads(pool: BufferPool) -> None:
    buffer = pool.take((5, 6, 4), np.uint16)
    buffer.array[...] = 40_000
    theirs = open_array(buffer.ref, writable=False)
    assert (theirs.shape, theirs.dtype) == ((5, 6, 4), np.dtype(np.uint16))
    assert (theirs == 40_000).all()
    ours = open_array(buffer.ref, writable=True)
    ours[0, 0, 0] = 7
    assert buffer.array[0, 0, 0] == 7


def test_a_source_cannot_be_written(pool: BufferPool) -> None:
    buffer = pool.take((5, 6, 4), np.uint8)
    source = open_array(buffer.ref, writable=False)
    with pytest.raises(ValueError, match="read-only"):
        source[0] = 1
    with pytest.raises(ValueError, match="cannot set WRITEABLE"):
        source.flags.writeable = True


def test_a_buffer_given_back_is_used_again(pool: BufferPool) -> None:
    first = pool.take((MB,), np.uint8)
    pool.give_back(first)
    again = pool.take((MB // 4, 2), np.uint16)
    assert again is first, "touching fresh pages costs more than copying into used ones"
    assert again.array.shape == (MB // 4, 2)


@pytest.mark.parametrize("length", [0, MB - 1, MB + 1])
def test_a_buffer_whose_file_was_cut_or_grew_is_not_used_again(pool: BufferPool, length: int) -> None:
    first = pool.take((MB,), np.uint8)
    os.truncate(first.path, length)
    assert not first.intact
    pool.give_back(first)
    assert not first.path.exists()
    again = pool.take((MB,), np.uint8)
    assert again is not first
    assert again.intact


NOT_REUSED = [(MB + 1, "too small"), (MB // 5, "far too large")]


@pytest.mark.parametrize(("size", "why"), NOT_REUSED)
def test_a_buffer_that_does_not_fit_is_not_used_again(pool: BufferPool, size: int, why: str) -> None:
    first = pool.take((MB,), np.uint8)
    pool.give_back(first)
    assert pool.take((size,), np.uint8) is not first, f"the old one is {why}"


def test_a_buffer_in_use_is_never_handed_out(pool: BufferPool) -> None:
    taken = [pool.take((MB,), np.uint8) for _ in range(3)]
    assert len({buffer.path for buffer in taken}) == 3


def test_only_a_few_buffers_are_kept(pool: BufferPool) -> None:
    taken = [pool.take((MB,), np.uint8) for _ in range(10)]
    for buffer in taken:
        pool.give_back(buffer)
    assert sum(buffer.path.exists() for buffer in taken) == 4


def test_a_large_one_is_not_kept(pool: BufferPool) -> None:
    large = pool.take((65_000_000,), np.uint8)
    pool.give_back(large)
    assert not large.path.exists(), "memory that the next job may not need"


def test_a_buffer_can_be_found_again(tmp_path: Path) -> None:
    made = Buffer(tmp_path / "x", 24).shaped((2, 3, 4), np.uint8)
    assert not made.array.any(), "a new one is all zeros"
    made.array[...] = 5
    made.let_go()
    found = Buffer(tmp_path / "x", 24, found=True).shaped((24,), np.uint8)
    assert (found.array == 5).all()
    found.close()
    assert not made.path.exists()


@pytest.mark.parametrize("length", [0, 23, 25])
def test_one_of_another_length_is_not_what_was_looked_for(tmp_path: Path, length: int) -> None:
    (tmp_path / "x").write_bytes(b"1" * length)
    with pytest.raises(OSError, match="not of the length that was expected"):
        Buffer(tmp_path / "x", 24, found=True)
    assert (tmp_path / "x").exists(), "it is somebody else's"


def mapped_kb(path: Path) -> int:
    """How much of a file lies in this process's memory."""
    lines = iter(Path("/proc/self/smaps").read_text().splitlines())
    for line in lines:
        if line.endswith(str(path)):
            return next(int(fact.split()[1]) for fact in lines if fact.startswith("Rss:"))
    return 0


def test_what_rests_is_in_nobodys_memory_and_still_there(pool: BufferPool) -> None:
    buffer = pool.take((8 * MB,), np.uint8)
    buffer.array[...] = 9
    assert mapped_kb(buffer.path) >= 8 * 1024
    buffer.rest()
    assert mapped_kb(buffer.path) == 0
    assert (buffer.array == 9).all()
    theirs = open_array(buffer.ref, writable=True)
    theirs[...] = 4
    rest(theirs.reshape(2, -1))
    assert (buffer.array == 4).all()


@pytest.mark.parametrize("shape", [(3, 5, 4), (40 * MB,), (5, 4 * MB, 2), (0,)])
def test_what_is_copied_out_is_nowhere_else(pool: BufferPool, shape: tuple[int, ...]) -> None:
    buffer = pool.take(shape, np.uint8)
    wanted = np.arange(math.prod(shape), dtype=np.uint32).astype(np.uint8).reshape(shape)
    buffer.array[...] = wanted
    copied = buffer.copy_out()
    np.testing.assert_array_equal(copied, wanted)
    assert mapped_kb(buffer.path) == 0
    buffer.array[...] = 1
    np.testing.assert_array_equal(copied, wanted)


def test_trimming_gives_all_memory_back_that_nobody_uses(pool: BufferPool) -> None:
    used, unused = pool.take((MB,), np.uint8), pool.take((MB,), np.uint8)
    pool.give_back(unused)
    pool.trim()
    assert used.path.exists()
    assert not unused.path.exists()


def test_closing_leaves_nothing() -> None:
    pool = BufferPool()
    folder = pool.take((10,), np.uint8).path.parent
    pool.close()
    assert not folder.exists()


def test_the_folder_is_private(pool: BufferPool) -> None:
    folder = pool.take((10,), np.uint8).path.parent
    assert folder.stat().st_mode & 0o077 == 0, "others could read the picture"


def test_no_room_is_an_error_with_a_sentence_and_leaves_no_file(pool: BufferPool) -> None:
    folder = pool.take((10,), np.uint8).path.parent
    with pytest.raises(NoRoomForPixels) as caught:
        pool.take((2**20, 2**30), np.uint8)  # a petabyte
    assert "1125899907 MB for the picture do not fit into" in str(caught.value)
    assert len(list(folder.iterdir())) == 1, "the file that could not be made is gone"


def test_disk_takes_what_memory_cannot(tmp_path: Path) -> None:
    """Memory that is shown as a folder may be missing or hold 64 MB only, as in a container."""
    pool = BufferPool(parents=[Path("/proc"), tmp_path])  # nobody may make a folder in the first
    assert pool.take((100,), np.uint8).path.is_relative_to(tmp_path)
    pool.close()


def test_where_no_folder_can_be_made_the_sentence_says_so() -> None:
    pool = BufferPool(parents=[Path("/proc")])
    with pytest.raises(NoRoomForPixels):
        pool.take((100,), np.uint8)
    pool.close()


@pytest.mark.parametrize("ref", [(10, 11), (1000, 1000, 1000)])
def test_a_file_smaller_than_its_array_is_refused(pool: BufferPool, ref: tuple[int, ...]) -> None:
    buffer = pool.take((10, 10), np.uint8)
    with pytest.raises(ValueError, match="the buffer is smaller than"):
        open_array(BufferRef(str(buffer.path), ref, "uint8"), writable=True)


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_folders_of_dead_editors_are_swept_and_others_kept(tmp_path: Path) -> None:
    dead = tmp_path / f"{FOLDER_PREFIX}{dead_pid()}-abc"
    alive = tmp_path / f"{FOLDER_PREFIX}{os.getppid()}-abc"
    foreign = tmp_path / f"{FOLDER_PREFIX}notes"
    for folder in (dead, alive, foreign):
        folder.mkdir()
        (folder / "1.pixels").write_bytes(b"x")
    sweep_leftovers([tmp_path])
    assert [folder.exists() for folder in (dead, alive, foreign)] == [False, True, True]
