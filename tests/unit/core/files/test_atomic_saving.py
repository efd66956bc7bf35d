from __future__ import annotations

import errno
import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagetool.core.files import atomic_write, check_target, errors, read_picture, write_picture
from imagetool.core.files.atomic import create_new
from imagetool.core.geometry import Size
from imagetool.core.picture import Picture

ROOT = Path(__file__).parents[4]
OLD, NEW = b"the old file", b"the new file " * 300_000  # of several chunks


class FailingFile(io.FileIO):
    """A disk that takes `room` bytes and then fails: writes come back short, or raise what they are told to."""

    def __init__(self, path: Path, room: int, number: int | None) -> None:
        super().__init__(path, "xb")
        self.room = room
        self.number = number

    def write(self, data: Any, /) -> int:
        if len(data) <= self.room:
            self.room -= len(data)
            return super().write(data)
        if self.number is not None:
            raise OSError(self.number, os.strerror(self.number))
        return super().write(memoryview(data)[: self.room])


class ForgetfulFile(io.FileIO):
    """A disk that reports success and stores something else."""

    def write(self, data: Any, /) -> int:
        return super().write(bytes(len(data)))


def failing(room: int, number: int | None = None) -> Callable[[Path], io.RawIOBase]:
    return lambda path: FailingFile(path, room, number)


FULL = "the disk is full; free some space or choose another disk"
DENIED = "you are not allowed to write there; choose another folder or name"


@pytest.mark.parametrize(
    ("create", "kind", "reason"),
    [
        (failing(0), errors.DiskFullError, FULL),
        (failing(2**20 + 5), errors.DiskFullError, FULL),
        (failing(2**20 + 5, errno.ENOSPC), errors.DiskFullError, FULL),
        (failing(2**20 + 5, errno.EDQUOT), errors.DiskFullError, FULL),
        (failing(0, errno.EROFS), errors.SaveNotPermittedError, DENIED),
        (
            failing(2**21, errno.EIO),
            errors.SaveError,
            f"writing failed ({os.strerror(errno.EIO).lower()}); choose another disk",
        ),
        (
            lambda path: ForgetfulFile(path, "xb"),
            errors.SaveError,
            f"writing failed ({os.strerror(errno.EIO).lower()}); choose another disk",
        ),
    ],
    ids=["short at once", "short in the middle", "full", "quota", "read-only", "broken disk", "lying disk"],
)
@pytest.mark.parametrize("had_file", [True, False])
def test_after_any_failure_the_old_file_is_intact(
    tmp_path: Path, create: Any, kind: type[errors.SaveError], reason: str, had_file: bool
) -> None:
    path = tmp_path / "photo.png"
    if had_file:
        path.write_bytes(OLD)

    with pytest.raises(errors.SaveError) as caught:
        atomic_write(path, lambda file: file.write(NEW), create=create)

    rest = "Your previous file is intact." if had_file else "No file was written."
    assert str(caught.value) == f"Could not save “{path}”: {reason}. {rest}"
    assert type(caught.value) is kind
    assert caught.value.had_file == had_file
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == (
        {"photo.png": OLD} if had_file else {}
    )


def test_a_writer_that_raises_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(OLD)

    def writer(file: Any) -> None:
        file.write(NEW)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        atomic_write(path, writer)

    assert [file.read_bytes() for file in tmp_path.iterdir()] == [OLD]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(OLD)

    with pytest.raises(errors.DiskFullError, match=r"the disk is full.*Your previous file is intact\."):
        atomic_write(path, lambda file: file.write(NEW), create=lambda _: io.FileIO("/dev/full", "wb"))

    assert path.read_bytes() == OLD


LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from imagetool.core.files import SaveError, write_picture
from imagetool.core.picture import Picture
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 4), np.uint8)
try:
    write_picture(Path(sys.argv[1]), Picture.of(pixels, has_alpha=True))
except SaveError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_a_file_that_hits_the_limit_of_the_system(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo{suffix}"
    path.write_bytes(OLD)

    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.stdout == f"Could not save “{path}”: {FULL}. Your previous file is intact.\n", run.stderr
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [OLD]


KILLED = """
import sys
from pathlib import Path
from imagetool.core.files import atomic_write
def writer(file):
    file.write(b"half a file" * 200_000)
    print("half", flush=True)
    sys.stdin.read()
atomic_write(Path(sys.argv[1]), writer)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(OLD)
    command = [sys.executable, "-c", KILLED, str(path)]

    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)

    assert path.read_bytes() == OLD


def test_the_permissions_of_the_old_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(OLD)
    path.chmod(0o640)

    atomic_write(path, lambda file: file.write(NEW))

    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_gets_the_permissions_that_new_files_get(tmp_path: Path) -> None:
    ordinary, saved = tmp_path / "ordinary", tmp_path / "saved.png"
    ordinary.touch()

    atomic_write(saved, lambda file: file.write(NEW))

    assert saved.stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_and_the_file_behind_it_changes(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / "photo.png", tmp_path / "link.png"
    if exists:
        target.write_bytes(OLD)
    link.symlink_to(target)

    atomic_write(link, lambda file: file.write(NEW))

    assert link.is_symlink()
    assert target.read_bytes() == NEW


ENDINGS = ".png, .jpg, .jpeg, .jpe, .jfif, .webp, .tif, .tiff"
TARGETS: list[tuple[str, str]] = [
    ("missing/photo.png", "its folder does not exist; choose another folder"),
    ("file.txt/photo.png", "its folder does not exist; choose another folder"),
    ("folder.png", "there is a folder or a device of that name; choose another name"),
    ("x" * 300 + ".png", "the name is too long or not a valid one"),
    ("a\0b.png", "the name is too long or not a valid one"),
    (
        "photo.xyz",
        f"the ending “.xyz” stands for no format that can be written; use {ENDINGS}",
    ),
    (
        "photo",
        f"a name without an ending stands for no format that can be written; use {ENDINGS}",
    ),
]


@pytest.mark.parametrize(("name", "reason"), TARGETS, ids=[reason for _, reason in TARGETS])
def test_a_target_that_cannot_be_gives_its_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file.txt").touch()
    (tmp_path / "folder.png").mkdir()
    path = tmp_path / name
    picture = Picture.of(np.zeros((2, 2, 4), np.uint8))

    with pytest.raises(errors.SaveError) as caught:
        write_picture(path, picture)
    with pytest.raises(errors.SaveError) as earlier:
        check_target(path)

    assert str(caught.value) == f"Could not save {errors.shown(path)}: {reason}. No file was written."
    assert str(earlier.value) == str(caught.value)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file.txt", "folder.png"]


def test_a_folder_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")

    for attempt in (check_target, lambda path: atomic_write(path, lambda file: file.write(NEW))):
        with pytest.raises(
            errors.SaveNotPermittedError, match=r"not allowed to write there.*No file was written\."
        ):
            attempt(folder / "photo.png")


def test_a_protected_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(OLD)
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everywhere")

    with pytest.raises(errors.SaveNotPermittedError, match=r"Your previous file is intact\."):
        atomic_write(path, lambda file: file.write(NEW))


def test_a_picture_beyond_the_format_names_another(tmp_path: Path) -> None:
    path = tmp_path / "photo.webp"

    with pytest.raises(errors.FormatCannotHoldError) as caught:
        write_picture(path, Picture.of(np.zeros((1, 16384, 4), np.uint8)))

    assert str(caught.value) == (
        f"Could not save “{path}”: WebP holds at most 16383 pixels a side and the picture has 16384 × 1; "
        "save it as PNG or TIFF. No file was written."
    )
    assert not path.exists()


def test_a_good_target_is_not_touched_by_the_check(tmp_path: Path) -> None:
    check_target(tmp_path / "new.png")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_never_overwrites_a_stranger(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(FileExistsError):
        create_new(tmp_path / "taken")


def test_saving_over_the_opened_file_works(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    write_picture(path, Picture.of(np.full((4, 6, 4), 255, np.uint8)))
    write_picture(path, read_picture(path))
    assert read_picture(path).size == Size(6, 4)
