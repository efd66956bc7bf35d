"""Hostile archives and folders are refused with the entry named, and nothing is written."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from imagetool.catalog.archives.listing import BadArchive, Limits
from imagetool.catalog.archives.unpacking import unpack
from imagetool.catalog.disk import DiskError
from tests.fakes.zips import DEFLATED, Raw, make_zip

LIMITS = Limits(
    entries=20, total_bytes=4 * 2**20, entry_bytes=3 * 2**20, ratio=50, ratio_from_bytes=2**20, depth=4
)
ZEROS = bytes(2 * 2**20)
NOISE = os.urandom(2 * 2**20)


def all_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(archive: Path, tmp_path: Path) -> BadArchive:
    """What is said about it, after looking that nothing is left."""
    before = all_below(tmp_path)
    with pytest.raises(BadArchive) as caught:
        unpack(archive, tmp_path / "into", LIMITS)
    assert all_below(tmp_path) == before, "something of it was kept"
    return caught.value


MISMATCH = "is damaged: its content is not where the list says"
DAMAGED = "is damaged; fetch the archive again"
OVER = "lies over another entry of the archive"
FORMATS = [
    ("link", Raw("x", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "is a link"),
    ("Windows link", Raw("x", attributes=0x400), "is a link"),
    ("device", Raw("x", mode=stat.S_IFCHR | 0o666), "is a device"),
    ("disk", Raw("x", mode=stat.S_IFBLK | 0o666), "is a device"),
    ("pipe", Raw("x", mode=stat.S_IFIFO | 0o666), "is a pipe"),
    ("socket", Raw("x", mode=stat.S_IFSOCK | 0o666), "is a socket"),
    ("door", Raw("x", mode=0xD000), "is neither a file nor a folder"),
    (
        "folder named as a file",
        Raw("x", mode=stat.S_IFDIR),
        "is marked as a folder and named as a file, or the other way round",
    ),
    ("full folder", Raw("x/", b"content"), "is a folder with a content of its own"),
    ("encrypted", Raw("x", flags=0x1), "is encrypted"),
    ("strongly encrypted", Raw("x", flags=0x41), "is encrypted"),
    ("masked", Raw("x", flags=0x2000), "is encrypted"),
    ("patch", Raw("x", flags=0x20), "is packed in a way that is not read here (method 0)"),
    ("bzip2", Raw("x", method=12), "is packed in a way that is not read here (method 12)"),
    ("LZMA", Raw("x", method=14), "is packed in a way that is not read here (method 14)"),
    ("unknown method", Raw("x", method=99), "is packed in a way that is not read here (method 99)"),
    ("two sizes", Raw("x", says_size=5), "says two different sizes"),
    ("two names", Raw("x", local_name="y"), MISMATCH),
    ("two methods", Raw("x", local_method=DEFLATED), MISMATCH),
    ("longer than it is", Raw("x", says_size=10**6, says_packed=10**6), OVER),
    ("wrong sum", Raw("x", says_crc=1), DAMAGED),
    ("wrong sum, packed", Raw("x", method=DEFLATED, says_crc=1), DAMAGED),
    ("rubbish", Raw("x", method=DEFLATED, raw=b"\xff" * 20), DAMAGED),
    ("cut off", Raw("x", NOISE, method=DEFLATED, says_packed=2**20), DAMAGED),
    ("larger than it says", Raw("x", ZEROS + b"x", method=DEFLATED, says_size=100), DAMAGED),
    (
        "smaller than it says",
        Raw("x", NOISE, method=DEFLATED, says_size=2**21 + 5),
        "does not have the 2097157 bytes that it says",
    ),
    (
        "bomb",
        Raw("x", ZEROS, method=DEFLATED),
        "grows to more than 50 times its packed size, as archives do that fill disks",
    ),
    ("large", Raw("x", bytes(3 * 2**20 + 1)), "has 3145729 bytes, at most 3145728 are taken"),
]


@pytest.mark.parametrize(("entry", "reason"), [row[1:] for row in FORMATS], ids=[row[0] for row in FORMATS])
def test_an_entry_that_is_not_an_honest_file_is_refused(tmp_path: Path, entry: Raw, reason: str) -> None:
    archive = make_zip(tmp_path / "x.zip", [Raw("plugin.toml"), Raw("a/y.py"), entry])
    error = refused(archive, tmp_path)
    assert (error.entry, error.reason) == (entry.name, reason)


def test_entries_that_share_their_content_are_refused(tmp_path: Path) -> None:
    """A zip bomb of a few kilobytes, whose entries lie over each other."""
    kernel = Raw("b", NOISE)
    shell = Raw("a", b"", raw=b"", says_size=len(NOISE) + 31, says_packed=len(NOISE) + 31)
    error = refused(make_zip(tmp_path / "x.zip", [shell, kernel]), tmp_path)
    assert (error.entry, error.reason) == ("a", OVER)


def test_two_entries_at_one_place_are_refused(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", [Raw("a"), Raw("b", local_name="a", lies_at=0)])
    assert refused(archive, tmp_path).reason == OVER


def test_all_files_together_may_not_be_too_large(tmp_path: Path) -> None:
    error = refused(make_zip(tmp_path / "x.zip", [Raw(name, NOISE) for name in "abc"]), tmp_path)
    assert (error.entry, error.reason) == ("c", "brings the whole to more than 4194304 bytes")


def test_many_dense_files_are_refused_as_one_is(tmp_path: Path) -> None:
    half = bytes(2**19)
    archive = make_zip(tmp_path / "x.zip", [Raw(name, half, method=DEFLATED) for name in "abc"])
    error = refused(archive, tmp_path)
    assert (error.entry, error.reason[:27]) == ("c", "grows to more than 50 times")


def test_a_small_dense_file_is_taken(tmp_path: Path) -> None:
    unpack(make_zip(tmp_path / "x.zip", [Raw("x", ZEROS, method=DEFLATED)]), tmp_path / "into")
    assert (tmp_path / "into" / "x").read_bytes() == ZEROS


def test_a_name_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    entry = Raw(b"\xff\xfe", flags=0x800)
    assert refused(make_zip(tmp_path / "x.zip", [entry]), tmp_path).reason.startswith("is cut off or damaged")


SOUND = [Raw("plugin.toml"), Raw("code.py", b"x = 1\n" * 99, method=DEFLATED)]
CUT = "is cut off or damaged: its list of entries cannot be read; fetch it again"


@pytest.mark.parametrize("kept", [5, 60, 150, -1, -10, -30])
def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path, kept: int) -> None:
    archive = make_zip(tmp_path / "x.zip", SOUND)
    archive.write_bytes(archive.read_bytes()[:kept])
    assert str(refused(archive, tmp_path)) == f"“x.zip” is refused: it {CUT}."


def test_an_archive_with_something_behind_it_is_refused(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", SOUND)
    archive.write_bytes(archive.read_bytes() + b"more")
    reason = "is damaged: its list of entries is not whole; fetch it again"
    assert str(refused(archive, tmp_path)) == f"“x.zip” is refused: it {reason}."


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip", b"\x1f\x8b\x08" + bytes(99), bytes(99_999)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert str(refused(tmp_path / "x.zip", tmp_path)) == "“x.zip” is refused: it is not a zip archive."


def test_an_archive_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.zip", tmp_path).reason == "cannot be read (no such file or directory)"
    (tmp_path / "folder.zip").mkdir()
    assert refused(tmp_path / "folder.zip", tmp_path).reason == "cannot be read (is a directory)"


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", [Raw(f"{number}", b"") for number in range(21)])
    assert refused(archive, tmp_path).reason == "has 21 entries, at most 20 are taken"


def test_a_monstrous_list_of_entries_is_not_even_read(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", [Raw(f"{number}{'x' * 200}", b"") for number in range(2000)])
    assert refused(archive, tmp_path).reason == "has more entries than are taken"


def test_any_broken_byte_leaves_all_or_nothing(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", SOUND)
    sound = archive.read_bytes()
    for place in range(len(sound)):
        archive.write_bytes(sound[:place] + bytes([sound[place] ^ 0x55]) + sound[place + 1 :])
        into = tmp_path / f"{place}"
        try:
            unpack(archive, into, LIMITS)
        except BadArchive:
            assert not into.exists()
        else:
            contents = sorted(path.read_bytes() for path in into.iterdir())
            assert contents == sorted(entry.content for entry in SOUND), f"byte {place} was not missed"


def test_a_sound_archive_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.mkdir("a")
        archive.writestr("a/plugin.toml", "id", compress_type=zipfile.ZIP_DEFLATED)
        archive.writestr("a/empty.py", "")
        archive.writestr("a/deep/er/ü.bin", NOISE)
    told: list[tuple[int, int]] = []
    unpack(tmp_path / "x.zip", tmp_path / "into", LIMITS, lambda done, total: told.append((done, total)))
    files = ["a", "a/deep", "a/deep/er", "a/deep/er/ü.bin", "a/empty.py", "a/plugin.toml"]
    assert all_below(tmp_path / "into") == files
    assert (tmp_path / "into" / "a" / "deep" / "er" / "ü.bin").read_bytes() == NOISE
    assert told[-1] == (len(NOISE) + 2, len(NOISE) + 2)
    assert len(told) > 2


class _Stream(io.BytesIO):
    """Cannot go back, so that sizes and sums are written behind the content."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_archives_that_were_streamed_or_are_made_for_large_files_are_unpacked(tmp_path: Path) -> None:
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/plugin.toml", "id")
        with archive.open("weights", "w", force_zip64=True) as file:
            file.write(NOISE)
    (tmp_path / "x.zip").write_bytes(stream.getvalue())
    unpack(tmp_path / "x.zip", tmp_path / "into", LIMITS)
    assert (tmp_path / "into" / "weights").read_bytes() == NOISE


def test_an_archive_with_a_comment_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x", "x")
        archive.comment = b"0123456789abcdef"
    unpack(tmp_path / "x.zip", tmp_path / "into", LIMITS)
    assert all_below(tmp_path / "into") == ["x"]


def test_the_default_limits_take_a_usual_archive(tmp_path: Path) -> None:
    unpack(make_zip(tmp_path / "x.zip", SOUND), tmp_path / "into")
    assert all_below(tmp_path / "into") == ["code.py", "plugin.toml"]


def test_no_permission_is_taken_over(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", [Raw("x", mode=stat.S_IFREG | 0o6777)])
    unpack(archive, tmp_path / "into", LIMITS)
    assert (tmp_path / "into" / "x").stat().st_mode & 0o7111 == 0


def test_what_is_left_out_is_judged_too(tmp_path: Path) -> None:
    entries = [Raw("x.py"), Raw("__pycache__/x.cpython-311.pyc"), Raw("__MACOSX/._x.py"), Raw(".git/config")]
    unpack(make_zip(tmp_path / "x.zip", entries), tmp_path / "into", LIMITS)
    assert all_below(tmp_path / "into") == ["x.py"]
    error = refused(make_zip(tmp_path / "x.zip", [Raw(".git/../../x")]), tmp_path)
    assert error.entry == ".git/../../x"


class Stopped(Exception):
    pass


def stop(_done: int, _total: int) -> None:
    raise Stopped


@pytest.mark.parametrize("existed", [True, False])
def test_stopping_leaves_nothing(tmp_path: Path, existed: bool) -> None:
    into = tmp_path / "into"
    if existed:
        into.mkdir()
    with pytest.raises(Stopped):
        unpack(make_zip(tmp_path / "x.zip", SOUND), into, LIMITS, stop)
    assert all_below(tmp_path) == (["into", "x.zip"] if existed else ["x.zip"])


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "mine").touch()
    with pytest.raises(ValueError, match="is not empty"):
        unpack(make_zip(tmp_path / "x.zip", SOUND), tmp_path / "into", LIMITS)
    assert all_below(tmp_path / "into") == ["mine"]


def test_a_disk_that_refuses_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskError) as caught:
        unpack(make_zip(tmp_path / "x.zip", SOUND), tmp_path / "file" / "into", LIMITS)
    assert str(caught.value) == "Writing “x.zip” failed (not a directory); check the disk and try again."
