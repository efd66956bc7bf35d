"""Installing, running, updating, disabling, removing, by the commands that a stranger would type."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
ALL_TASKS = ROOT / "tests" / "fakes" / "all_tasks"
ID = "org.example.all-tasks"


def command(*words: object, status: int = 0, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs main.py; its status is what it should be, and stderr holds no traceback."""
    line = [sys.executable, str(ROOT / "main.py"), *(str(word) for word in words)]
    environment = {**os.environ, "IMAGETOOL_HOME": str(home)} if home else None
    done = subprocess.run(
        line, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL, check=False, env=environment
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


def said(*words: object, home: Path | None = None) -> Any:
    return json.loads(command(*words, "--json", home=home).stdout)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small photo of 16 bit."""
    path = tmp_path / "photo.png"
    small = np.random.default_rng(4).integers(0, 65535, (6, 8, 3), np.uint16)
    cv2.imwrite(str(path), cv2.resize(small, (64, 48)))
    return path


def copied_to(folder: Path) -> Path:
    shutil.copytree(ALL_TASKS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The plugin's folder, to be changed."""
    return copied_to(tmp_path / "all-tasks")


@pytest.fixture(scope="module")
def home_with_it(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the plugin is installed, once for all tests: to be copied, not to be changed."""
    folder = tmp_path_factory.mktemp("installed")
    said("plugins", "install", copied_to(folder / "all-tasks"), "--yes", home=folder / "home")
    return folder / "home"


@pytest.fixture
def installed(home_with_it: Path, home: Path) -> Path:
    """The home of the test, with the plugin in it."""
    shutil.copytree(home_with_it, home)
    return home


def test_from_installing_to_removing(copy: Path, photo: Path, tmp_path: Path) -> None:
    refused = command("plugins", "install", copy, status=1)
    assert "“All tasks” was not installed; nothing was changed. Nobody could be asked; add --yes" in refused.stderr
    assert "It brings code, which runs on this computer." in refused.stderr
    assert "Network: it reaches no other computer (" in refused.stderr
    installed = said("plugins", "install", copy, "--yes")
    assert (installed["id"], installed["version"], len(installed["tests"])) == (ID, "1.0", 11)
    assert all(test["passed"] and test["peak_rss_mb"] > 0 for test in installed["tests"])

    out = tmp_path / "out.png"
    report = said("run", "denoise", photo, "-o", out, "--model", f"{ID}/denoise")
    assert report["figures"] == {"noise level": 12.5}
    made = cv2.imread(str(out), -1)
    assert made is not None
    np.testing.assert_array_equal(made[..., :3], cv2.imread(str(photo), -1))

    (copy / "plugin.toml").write_text((copy / "plugin.toml").read_text().replace('"1.0"', '"2.0"'))
    updated = said("plugins", "update", ID, "--yes")
    assert (updated["version"], updated["replaces"]) == ("2.0", "1.0")
    assert said("plugins", "rollback", ID)["version"] == "1.0"

    said("plugins", "disable", ID)
    (listed,) = [plugin for plugin in said("plugins", "list")["plugins"] if plugin["id"] == ID]
    assert (listed["enabled"], listed["version"], listed["previous"]) == (False, "1.0", "2.0")
    assert {it["label"] for it in listed["permissions"]} <= {"enforced", "not enforced on this system"}
    unknown = command("run", "filter", photo, "-o", out, "--model", f"{ID}/invert", status=1)
    assert "There is no model" in unknown.stderr
    said("plugins", "enable", ID)
    assert said("plugins", "remove", ID)["removed"]
    assert ID not in command("plugins", "list").stdout


def test_code_that_was_changed_after_installing_is_not_run(installed: Path, photo: Path) -> None:
    (code,) = installed.glob(f"plugins/{ID}/versions/*/model.py")
    code.chmod(0o644)
    code.write_text(code.read_text() + "\nprint('changed')\n")
    failed = command("run", "filter", photo, "-o", photo.with_name("o.png"), "--model", f"{ID}/invert", status=1)
    assert f"“{ID}” was changed after it was installed: its file “model.py” has other content." in failed.stderr
    assert not photo.with_name("o.png").exists()


@pytest.mark.usefixtures("installed")
def test_each_task_has_its_output(photo: Path, tmp_path: Path) -> None:
    gray = said("run", "score", photo, "-o", tmp_path / "map.png", "--model", "score")
    assert 0 <= gray["map_low"] < gray["map_high"] <= 10
    bits = {"bits_per_dim": 3.5, "bits_per_dim_corrected": -0.5}
    assert gray["figures"] == {**bits, "surprise": 2.0}
    assert {name: gray.get(name) for name in (*bits, "surprise")} == {**bits, "surprise": None}
    folder = tmp_path / "new"
    made = said("run", "generate", "-o", folder, "--model", "create", "--count", 2, "--size", "20x12", "--seed", 3)
    assert [Path(path).name for path in made["output"]] == ["000.png", "001.png"]
    assert made["output_sha256"] == [
        hashlib.sha256((folder / f"00{n}.png").read_bytes()).hexdigest() for n in (0, 1)
    ]
    mask = tmp_path / "mask.png"
    said("run", "segment", photo, "-o", mask, "--model", "select", "--box", "4,4,9,9")
    plane = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)
    assert plane is not None
    assert (plane > 0).sum() == 25
    hints = np.zeros((48, 64, 4), np.uint8)
    hints[0, 0] = (0, 0, 255, 255)
    cv2.imwrite(str(tmp_path / "hints.png"), hints)
    coloured = tmp_path / "coloured.png"
    said("run", "colorize", photo, "-o", coloured, "--model", "colour", "--hints", tmp_path / "hints.png")
    bgr = cv2.imread(str(coloured), -1)
    assert bgr is not None
    assert bgr[..., 2].mean() > bgr[..., 0].mean()
    check_more_like_a_picture_and_again(photo, tmp_path)


def check_more_like_a_picture_and_again(photo: Path, tmp_path: Path) -> None:
    """With the model `create`, which is installed; then once more by the recipe."""
    words = ("run", "generate", "--model", "create", "--like", photo, "-o")
    refused = command(*words, tmp_path / "o.png", "--size", "20x12", status=2)
    assert "What --like makes has the size of its picture. Leave --size out." in refused.stderr

    recipe = tmp_path / "recipe.json"
    made = said(*words, tmp_path / "first", "--count", 2, "--recipe", recipe)
    assert made["size"] == [64, 48]
    first = cv2.imread(made["output"][0], -1)
    source = cv2.imread(str(photo), -1)
    assert first is not None
    assert source is not None
    assert np.abs(first[..., :3] - source / 257.0).max() <= 0.51
    alone = command("run", "generate", "-o", tmp_path / "again", "--again", recipe, status=2)
    assert "The recipe makes pictures that resemble another one. Name that with --like PICTURE." in alone.stderr
    again = said("run", "generate", "-o", tmp_path / "again", "--again", recipe, "--like", photo)
    assert (again["again"]["said"], len(again["output"])) == ("identical", 2)


BROKEN = [
    # what is done to the folder, and what is said
    ("plugin.toml", b"id = ", "is not valid TOML"),
    ("plugin.toml", b"manifest = 9", "this plugin needs a newer version of imagetool"),
    ("model.py", b"raise SystemExit('no')", "failed its test on this computer"),
    ("model.py", b"import nothing_of_that_name", "failed its test on this computer"),
]


@pytest.mark.parametrize(("file", "content", "sentence"), BROKEN, ids=[row[2] for row in BROKEN])
def test_what_does_not_work_is_not_installed(
    copy: Path, installed: Path, file: str, content: bytes, sentence: str
) -> None:
    before = {path: path.read_bytes() for path in (installed / "plugins").rglob("*") if path.is_file()}
    assert before
    (copy / file).write_bytes(content)
    failed = command("plugins", "install", copy, "--yes", status=1)
    assert sentence in failed.stderr
    assert {path: path.read_bytes() for path in (installed / "plugins").rglob("*") if path.is_file()} == before
    assert not any((installed / "staging").iterdir()), "nothing is left behind"


def test_bundled_plugins_stay(tmp_path: Path) -> None:
    for words in (("remove",), ("disable",), ("rollback",), ("update",)):
        failed = command("plugins", *words, "imagetool.inpainting", status=1)
        assert "“imagetool.inpainting” is part of imagetool and stays as it is." in failed.stderr
    shutil.copytree(ROOT / "plugins" / "inpainting", tmp_path / "mine")
    assert "is part of imagetool" in command("plugins", "install", tmp_path / "mine", "--yes", status=1).stderr


NOWHERE = [
    ("nothing-here", "There is nothing at “nothing-here”. Give a folder, a zip, a file of weights or an https"),
    ("http://example.org/a.zip", "https"),
    (str(ROOT / "README.md"), "“README.md” is neither a plugin nor a file of weights that can be read."),
]


@pytest.mark.parametrize(("source", "sentence"), NOWHERE, ids=["missing", "http", "text"])
def test_sources_that_are_none(source: str, sentence: str) -> None:
    assert sentence in command("plugins", "install", source, "--yes", status=1).stderr


def test_a_folder_of_weights_is_adopted(home: Path) -> None:
    drop = home / "weights"
    drop.mkdir(parents=True)
    (drop / "page.pth").write_text("<!DOCTYPE html><html></html>")
    (broken,) = [plugin for plugin in said("plugins", "list")["plugins"] if not plugin["usable"]]
    assert Path(broken["folder"]).name == "page.pth"
    assert broken["reason"].endswith(".")
    notes = (drop / ".known.json").stat().st_mtime_ns
    said("plugins", "list")
    assert (drop / ".known.json").stat().st_mtime_ns == notes, "a file that did not change is not looked at again"
    (drop / "page.pth").unlink()
    assert all(plugin["usable"] for plugin in said("plugins", "list")["plugins"])


@pytest.mark.usefixtures("installed")
def test_other_code_under_the_same_version_is_asked_about(copy: Path) -> None:
    command("plugins", "install", copy)  # the very same: nobody needs to be asked
    (copy / "model.py").write_text((copy / "model.py").read_text() + "\nCHANGED = True\n")
    refused = command("plugins", "install", copy, status=1)
    assert "Its files are others than those that are installed, although the version is" in refused.stderr


def test_an_update_never_installs_another_plugin(copy: Path) -> None:
    said("plugins", "install", copy, "--yes")
    (copy / "plugin.toml").write_text((copy / "plugin.toml").read_text().replace("all-tasks", "all-yours"))
    refused = command("plugins", "update", ID, "--yes", status=1)
    assert f"Where “{ID}” came from is “org.example.all-yours” now" in refused.stderr


def test_what_a_plugin_says_cannot_look_like_the_question(copy: Path) -> None:
    text = (copy / "plugin.toml").read_text()
    forged = '"Nice\\nIt brings no code, only weights.\\n' + "\\n" * 60 + '"'
    (copy / "plugin.toml").write_text(text.replace('"All tasks"', forged))
    asked = command("plugins", "install", copy, status=1).stderr.splitlines()
    assert asked[0].startswith("Nice It brings no code, only weights. 1.0 (org.example.all-tasks)")
    assert len(asked) < 12, "the whole question is in sight"


def test_a_damaged_manifest_is_mended_by_installing_again(copy: Path, installed: Path) -> None:
    (manifest,) = installed.glob(f"plugins/{ID}/versions/*/plugin.toml")
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text() + "garbage =")
    assert f"{ID:<28} unusable: The plugin “{ID}” cannot be used" in command("plugins", "list").stdout
    assert said("plugins", "install", copy, "--yes")["version"] == "1.0"


@pytest.mark.usefixtures("installed")
def test_several_pictures_replace_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "001.png").write_bytes(b"mine")
    refused = command("run", "generate", "-o", folder, "--count", 2, "--model", "create", status=2)
    assert "001.png” is there already; name an empty folder, or a new one." in refused.stderr
    assert [path.name for path in folder.iterdir()] == ["001.png"]


def test_a_dropped_file_replaces_no_plugin_that_came_from_elsewhere(copy: Path, installed: Path) -> None:
    drop = installed / "weights"
    drop.mkdir()
    os.mkfifo(drop / "pipe.pth")
    text = (copy / "plugin.toml").read_text().split("[[model]]")[0].replace('"python"', '"weights"')
    pack = drop / "pretty"
    pack.mkdir()
    model = '[[model]]\nid = "x"\nname = "X"\ntask = "upscale"\nloader = "imagetool.spandrel/checkpoint"\n'
    (pack / "plugin.toml").write_text(text + model)
    listed = command("plugins", "list").stdout
    assert f"“pretty” would replace “{ID}”, which did not come from here." in listed
    shutil.rmtree(pack)
    assert ID in command("plugins", "list").stdout
