"""Names in archives that are refused: those that do not mean the same file on every system."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagetool.catalog.archives.listing import BadArchive, Limits
from imagetool.catalog.archives.unpacking import unpack
from tests.fakes.zips import Raw, make_zip

LIMITS = Limits(depth=4)


def refused(tmp_path: Path, *entries: Raw) -> BadArchive:
    """What is said about an archive, after looking that nothing is left."""
    archive = make_zip(tmp_path / "x.zip", entries)
    with pytest.raises(BadArchive) as caught:
        unpack(archive, tmp_path / "into", LIMITS)
    assert list(tmp_path.rglob("*")) == [archive], "something of it was kept"
    return caught.value


WINDOWS = 'has one of <>:"|?*\\ in its name, which Windows does not take'
DROPPED = "has a name that ends with a dot or a space, which Windows drops"
DEVICE = "has a name that Windows keeps for a device"
ALIKE = "only in case or in how its letters are written"

NAMES = [
    ("../x", "leads out of its folder"),
    ("a/../../x", "leads out of its folder"),
    ("a/..", "leads out of its folder"),
    ("/etc/passwd", "has an absolute path"),
    ("//server/share/x", "has an absolute path"),
    ("C:/x", "has an absolute path"),
    ("c:x", "has an absolute path"),
    ("\\\\server\\share\\x", "has a backslash in its name"),
    ("a\\..\\x", "has a backslash in its name"),
    ("a//x", "has an empty part or “.” in its path"),
    ("./x", "has an empty part or “.” in its path"),
    ("a/./x", "has an empty part or “.” in its path"),
    ("", "has an empty part or “.” in its path"),
    ("xy:stream", WINDOWS),
    ("a?", WINDOWS),
    ("x.", DROPPED),
    ("a /x", DROPPED),
    ("CON", DEVICE),
    ("a/aux.txt", DEVICE),
    ("nul .tar.gz", DEVICE),
    ("Com1", DEVICE),
    ("lpt¹.py", DEVICE),
    ("CONIN$", DEVICE),
    ("a\x07b", "has signs in its name that cannot be shown"),
    ("a\nb", "has signs in its name that cannot be shown"),
    ("x\u202eyp.exe", "has signs in its name that cannot be shown"),
    ("x.py\x00.png", "has signs in its name that cannot be shown"),
    ("x" * 241, "has a name of more than 240 bytes"),
    ("é" * 121, "has a name of more than 240 bytes"),
    ("a/b/c/d/e/x", "lies more than 4 folders deep"),
]


@pytest.mark.parametrize(("name", "reason"), NAMES, ids=[repr(name)[:30] for name, _ in NAMES])
def test_a_name_that_is_not_a_plain_relative_path_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    error = refused(tmp_path, Raw("plugin.toml"), Raw(name))
    assert (error.entry, error.reason, error.archive_name) == (name, reason, "x.zip")


SENTENCES = [
    (Raw("../x"), "“x.zip” is refused: its entry “../x” leads out of its folder."),
    (Raw("a\nb"), "“x.zip” is refused: its entry “a�b” has signs in its name that cannot be shown."),
    (Raw("x" * 300), f"“x.zip” is refused: its entry “{'x' * 80}…” has a name of more than 240 bytes."),
]


@pytest.mark.parametrize(("entry", "said"), SENTENCES)
def test_the_sentence_names_the_entry_as_plain_text(tmp_path: Path, entry: Raw, said: str) -> None:
    assert str(refused(tmp_path, entry)) == said


COLLISIONS = [
    (["x", "x"], "x", "is there twice"),
    (["a/", "a/"], "a/", "is there twice"),
    (["readme", "README"], "README", f"differs from “readme” {ALIKE}"),
    (["a/x", "A/y"], "A/y", f"differs from “a” {ALIKE}"),
    (["a/b/x", "a/B/"], "a/B/", f"differs from “a/b” {ALIKE}"),
    (["caf\u00e9", "cafe\u0301"], "cafe\u0301", f"differs from “caf\u00e9” {ALIKE}"),
    (["\ufb01n", "fin"], "fin", f"differs from “\ufb01n” {ALIKE}"),
    (["\u2121", "tel"], "tel", f"differs from “\u2121” {ALIKE}"),
    (["stra\u00dfe", "STRASSE"], "STRASSE", f"differs from “stra\u00dfe” {ALIKE}"),
    (["a", "a/x"], "a/x", "needs “a” to be a folder, which is a file"),
    (["A", "a/"], "a/", "needs “A” to be a folder, which is a file"),
    (["a/x", "a"], "a", "is a file where another entry needs a folder"),
]


@pytest.mark.parametrize(("names", "entry", "reason"), COLLISIONS)
def test_names_that_collide_on_some_system_are_refused(
    tmp_path: Path, names: list[str], entry: str, reason: str
) -> None:
    entries = [Raw(name, b"" if name.endswith("/") else b"x") for name in names]
    error = refused(tmp_path, *entries)
    assert (error.entry, error.reason) == (entry, reason)
