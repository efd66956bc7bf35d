"""The wheels that a plugin brings are those of its list, each with its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imagetool.jobs.dependencies.bundled import LIST_NAME, check_wheels
from imagetool.jobs.dependencies.errors import BadWheelsFolder
from tests.fakes.wheels import wheel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two wheels and their list."""
    made = tmp_path / "wheels"
    listed(made, wheel(made, "one"), wheel(made, "two"))
    return made


def listed(folder: Path, *wheels: Path) -> None:
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in wheels]
    (folder / LIST_NAME).write_text("".join(lines))


def refused(folder: Path) -> str:
    with pytest.raises(BadWheelsFolder) as caught:
        check_wheels("Example", folder)
    said = str(caught.value)
    begin, end = "“Example” cannot be installed: its folder of wheels ", "; ask its author for a new copy."
    assert said.startswith(begin)
    assert said.endswith(end)
    return said.removeprefix(begin).removesuffix(end)


def test_a_sound_folder_passes(folder: Path) -> None:
    check_wheels("Example", folder)


def test_a_list_is_needed(folder: Path) -> None:
    (folder / LIST_NAME).unlink()
    assert refused(folder) == "has no SHA256SUMS that can be read"


def test_every_wheel_is_listed(folder: Path) -> None:
    wheel(folder, "three")
    assert refused(folder) == "holds “three-1.0-py3-none-any.whl”, which SHA256SUMS does not list"


def test_every_listed_wheel_is_there(folder: Path) -> None:
    (folder / "two-1.0-py3-none-any.whl").unlink()
    assert refused(folder) == "does not hold “two-1.0-py3-none-any.whl”, which SHA256SUMS lists"


def test_bytes_are_looked_at(folder: Path) -> None:
    wheel(folder, "two", needs=["more"])
    assert refused(folder) == "holds “two-1.0-py3-none-any.whl” with other bytes than SHA256SUMS says"


@pytest.mark.parametrize("name", ["one-1.0.tar.gz", "setup.py"])
def test_nothing_else_is_there(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    assert refused(folder) == f"holds “{name}”, which is no wheel"


def test_a_link_is_no_wheel(folder: Path) -> None:
    path = folder / "one-1.0-py3-none-any.whl"
    path.rename(folder.parent / "elsewhere.whl")
    path.symlink_to(folder.parent / "elsewhere.whl")
    assert refused(folder) == "holds “one-1.0-py3-none-any.whl”, which is no wheel"


@pytest.mark.parametrize("line", ["", "abc  one.whl", f"{'0' * 64}  ../one.whl", f"{'0' * 64} one.whl"])
def test_a_line_is_a_hash_and_a_name(folder: Path, line: str) -> None:
    (folder / LIST_NAME).write_text(f"{line}\n")
    assert refused(folder) == "has a SHA256SUMS whose line 1 is not a SHA-256 and a wheel's name"
