"""A wheel is taken only if it is for this computer and holds exactly what it lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from imagetool.catalog.archives.listing import BadArchive
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.dependencies.errors import BadWheel
from imagetool.jobs.dependencies.host import Host
from imagetool.jobs.dependencies.merging import Merging
from imagetool.jobs.dependencies.wheels import Wheel
from tests.fakes.wheels import hashed, wheel

HOST = Host.find()


def taken(path: Path, tmp_path: Path) -> Wheel:
    return Wheel.unpack("Example", path, tmp_path / "unpacked" / path.stem)


def merged(tmp_path: Path, *paths: Path) -> Merging:
    merging = Merging(tmp_path / "packages", HOST)
    for path in paths:
        merging.add(taken(path, tmp_path))
    return merging


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_sound_wheel_is_put_in_place(tmp_path: Path) -> None:
    path = wheel(tmp_path, "sound", "2.1", {"sound/__init__.py": "", "sound/deep/data.pth": "no matter here"})
    found = taken(path, tmp_path)
    assert (found.name, found.version) == ("sound", Version("2.1"))
    merging = merged(tmp_path / "again", path)
    assert tree(merging.into) == [
        "sound-2.1.dist-info/METADATA",
        "sound-2.1.dist-info/RECORD",
        "sound-2.1.dist-info/WHEEL",
        "sound/__init__.py",
        "sound/deep/data.pth",
    ]
    assert merging.left_out == {}


def test_modules_below_data_are_taken_and_scripts_are_not(tmp_path: Path) -> None:
    files = {
        "sound-1.0.data/purelib/sound.py": "A = 1\n",
        "sound-1.0.data/platlib/sound_more.py": "A = 2\n",
        "sound-1.0.data/scripts/sound": "#!python\n",
        "sound-1.0.data/headers/sound.h": "",
        "sound-1.0.data/data/etc/sound.conf": "",
    }
    merging = merged(tmp_path, wheel(tmp_path, "sound", files=files))
    assert [name for name in tree(merging.into) if "dist-info" not in name] == ["sound.py", "sound_more.py"]


def test_two_wheels_may_bring_the_same_bytes(tmp_path: Path) -> None:
    shared = {"shared/__init__.py": "\n"}
    one = wheel(tmp_path, "one", files={**shared, "shared/one.py": "A = 1\n"})
    two = wheel(tmp_path, "two", files={**shared, "shared/two.py": "A = 2\n"})
    assert {"shared/one.py", "shared/two.py"} <= set(tree(merged(tmp_path, one, two).into))


def test_a_module_that_imagetool_has_is_left_out_and_told(tmp_path: Path) -> None:
    path = wheel(tmp_path, "other_cv", files={"cv2/__init__.py": "", "other_cv.py": ""})
    merging = merged(tmp_path, path)
    assert merging.left_out == {"cv2": "other-cv"}
    assert [name for name in tree(merging.into) if "dist-info" not in name] == ["other_cv.py"]


RECORD = "{info}/RECORD"
WEAK = f"sound.py,{hashed(b'A', 'md5')},1\nsound-1.0.dist-info/METADATA,,\nsound-1.0.dist-info/WHEEL,,\n"

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("changed", {"replaced": {"sound.py": "B"}}, "holds “sound.py” with other bytes than its RECORD says"),
    ("missing", {"replaced": {"sound.py": None}}, "does not hold “sound.py”, which its RECORD lists"),
    ("added", {"unlisted": {"more.py": "A"}}, "holds “more.py”, which its RECORD does not list"),
    ("weak hash", {"replaced": {RECORD: WEAK}}, "holds “sound-1.0.dist-info/METADATA” with other bytes than its"),
    ("no RECORD", {"replaced": {RECORD: None}}, "has no RECORD that can be read"),
    ("odd RECORD", {"replaced": {RECORD: "sound.py\n"}}, "has a RECORD whose lines are not three columns"),
    ("no WHEEL", {"replaced": {"{info}/WHEEL": None}}, "has no WHEEL"),
    ("new format", {"replaced": {"{info}/WHEEL": "Wheel-Version: 2.0\n"}}, "has the format '2.0'; version 1 is"),
    ("other name", {"replaced": {"{info}/METADATA": "Name: torch\nVersion: 1.0\n"}}, "holds “torch 1.0” instead"),
    ("no version", {"replaced": {"{info}/METADATA": "Name: sound\n"}}, "holds “sound ” instead"),
    (
        "two descriptions",
        {"unlisted": {"a-1.dist-info/METADATA": ""}},
        "does not have one folder that describes it",
    ),
    ("other Python", {"tag": "cp27-cp27m-any"}, "is made for another system or another Python"),
    ("other system", {"tag": "cp311-cp311-win_arm64"}, "is made for another system or another Python"),
    (
        "start-up file",
        {"files": {"sound.pth": "import os\n"}},
        "brings “sound.pth”, which Python would run at its",
    ),
    (
        "hidden",
        {"files": {"sound-1.0.data/purelib/X.PTH": ""}},
        "brings “sound-1.0.data/purelib/X.PTH”, which Python",
    ),
    ("json", {"files": {"json.py": ""}}, "brings “json.py”, which is a module of imagetool or Python itself"),
    ("torch", {"files": {"torch/__init__.py": ""}}, "brings “torch/__init__.py”, which is a module of imagetool"),
    ("imagetool", {"files": {"imagetool/x.py": ""}}, "brings “imagetool/x.py”, which is a module of imagetool"),
    ("site", {"files": {"sitecustomize.py": ""}}, "brings “sitecustomize.py”, which is a module of imagetool or"),
    (
        "below data",
        {"files": {"sound-1.0.data/purelib/torch.py": ""}},
        "brings “sound-1.0.data/purelib/torch.py”, which",
    ),
]


@pytest.mark.parametrize(("made", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wheel_with_a_fault_is_refused_in_a_sentence(tmp_path: Path, made: dict[str, Any], said: str) -> None:
    path = wheel(tmp_path, "sound", **({"files": {"sound.py": "A"}} | made))
    with pytest.raises(BadWheel) as caught:
        merged(tmp_path, path)
    assert str(caught.value).startswith(f"“Example” cannot be installed: its package “{path.name}” {said}")


NAMES = [
    ("../out.py", "leads out of its folder"),
    ("/abs.py", "has an absolute path"),
    ("C:/abs.py", "has an absolute path"),
    ("a\\b.py", "has a backslash in its name"),
    ("SOUND.py", "differs from “sound.py” only in case or in how its letters are written"),
    ("nul.py", "has a name that Windows keeps for a device"),
]


@pytest.mark.parametrize(("name", "said"), NAMES, ids=[name for name, _ in NAMES])
def test_a_wheel_with_a_wrong_name_in_it_is_refused_as_an_archive(tmp_path: Path, name: str, said: str) -> None:
    path = wheel(tmp_path, "sound", files={"sound.py": "", name: ""})
    with pytest.raises(BadArchive) as caught:
        taken(path, tmp_path)
    assert said in str(caught.value)
    assert [it.name for it in tmp_path.parent.glob("out.py")] == []


def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound-1.0.whl"
    path.write_bytes(b"")
    with pytest.raises(BadWheel, match="does not have the name of a wheel"):
        taken(path, tmp_path)


def test_wheels_that_bring_one_file_differently_are_refused(tmp_path: Path) -> None:
    one = wheel(tmp_path, "one", files={"shared.py": "A = 1\n"})
    two = wheel(tmp_path, "two", files={"shared.py": "A = 2\n"})
    with pytest.raises(
        BadWheel, match=r"“two-1.0-.*” brings “shared.py”, which one brings, too, and differently\."
    ):
        merged(tmp_path, one, two)


def test_wheels_whose_files_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    one, two = (
        wheel(tmp_path, name, files={f"{name.title()}/x.py": ""}) for name in ("same", "Same".lower() + "2")
    )
    three = wheel(tmp_path, "three", files={"same/x.py": ""})
    with pytest.raises(ImagetoolError, match="only in case"):
        merged(tmp_path, one, two, three)
