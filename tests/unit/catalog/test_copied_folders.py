"""Folders are copied by the rules of archives, and the plugin in them is found."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from imagetool.catalog.archives.listing import BadArchive, Limits
from imagetool.catalog.archives.unpacking import copy_folder, plugin_root

LIMITS = Limits(entries=20, total_bytes=4 * 2**20, entry_bytes=3 * 2**20, depth=4)
NOISE = os.urandom(2 * 2**20)


def all_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "a").mkdir(parents=True)
    (folder / "plugin.toml").write_text("id")
    (folder / "a" / "weights.pth").write_bytes(NOISE)
    return folder


def test_a_folder_is_copied(tmp_path: Path, source: Path) -> None:
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "x.pyc").touch()
    copy_folder(source, tmp_path / "into", LIMITS)
    assert all_below(tmp_path / "into") == ["a", "a/weights.pth", "plugin.toml"]
    assert (tmp_path / "into" / "a" / "weights.pth").read_bytes() == NOISE


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _folder_link(path: Path) -> None:
    path.symlink_to("..", target_is_directory=True)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        before = Path.cwd()
        os.chdir(path.parent)  # the names of sockets are short
        try:
            made.bind(path.name)
        finally:
            os.chdir(before)


def _deep(path: Path) -> None:
    path.joinpath(*"bcdef").mkdir(parents=True)


def _hole(path: Path) -> None:
    path.touch()
    os.truncate(path, 3 * 2**20 + 1)


FOLDERS = [
    (_link, "a/x", "is a link"),
    (_folder_link, "a/x", "is a link"),
    (os.mkfifo, "a/x", "is a device or a pipe"),
    (_socket, "a/x", "is a device or a pipe"),
    (_deep, "a/x/b/c/d/", "lies too many folders deep"),
    (_hole, "a/x", "has 3145729 bytes, at most 3145728 are taken"),
]


@pytest.mark.parametrize(("make", "entry", "reason"), FOLDERS, ids=[row[0].__name__ for row in FOLDERS])
def test_a_folder_with_something_odd_in_it_is_refused(
    tmp_path: Path, source: Path, make: object, entry: str, reason: str
) -> None:
    assert callable(make)
    make(source / "a" / "x")
    with pytest.raises(BadArchive) as caught:
        copy_folder(source, tmp_path / "into", LIMITS)
    assert (caught.value.entry, caught.value.reason) == (entry, reason)
    assert not (tmp_path / "into").exists()


def test_names_of_a_folder_are_judged_as_those_of_an_archive(tmp_path: Path, source: Path) -> None:
    (source / "A").mkdir()
    (source / "A" / "nul.txt").touch()
    with pytest.raises(BadArchive, match=r"“source” is refused: its entry “A/nul.txt” has a name that Windows"):
        copy_folder(source, tmp_path / "into", LIMITS)


def test_a_folder_that_changes_while_it_is_copied_is_refused(tmp_path: Path, source: Path) -> None:
    def cut(_done: int, _total: int) -> None:
        (source / "plugin.toml").write_text("longer than before")

    with pytest.raises(BadArchive, match=r"its entry “plugin.toml” does not have the 2 bytes that it says"):
        copy_folder(source, tmp_path / "into", LIMITS, cut)
    assert not (tmp_path / "into").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=r"“gone” is refused: it cannot be read \(no such file or directory\)"):
        copy_folder(tmp_path / "gone", tmp_path / "into")


def test_the_plugin_is_found_at_the_top_or_in_its_only_folder(tmp_path: Path) -> None:
    (tmp_path / "repository-1.0").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "repository-1.0" / "plugin.toml").touch()
    assert plugin_root(tmp_path) == tmp_path / "repository-1.0"
    (tmp_path / "plugin.toml").touch()
    assert plugin_root(tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        ([], "“x.zip” is refused: it holds no plugin.toml, so no plugin."),
        (["a", "b"], "“x.zip” is refused: it holds several plugins; install them one by one."),
    ],
)
def test_a_folder_without_one_plugin_is_refused(tmp_path: Path, folders: list[str], said: str) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plugin.toml").touch()
    with pytest.raises(BadArchive) as caught:
        plugin_root(tmp_path, "x.zip")
    assert str(caught.value) == said
