"""What is wrong with a plugin's manifest and its files is found before anything runs."""

from __future__ import annotations

import hashlib
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imagetool.catalog.places import Places
from imagetool.jobs.conformance import Check, Status, check_folder
from imagetool.jobs.conformance.suite import MODEL_CHECKS, NoPlugin
from imagetool.jobs.watch import Watch
from tests.fakes.small_plugins import write_small_plugin
from tests.fakes.worker import FakeLaunch

CODE = """
class It(Filter):
    def run(self, image, params, job):
        return image
"""
WEIGHTS = 'weights = [{{ file = "{file}", sha256 = "{sha256}", size = {size} }}]'


def found_in(folder: Path) -> list[Check]:
    """What is said before the first model runs; nothing may be started for it where something is wrong."""
    launch = FakeLaunch(OSError("no process in this test"))
    checks = check_folder(folder, Places.find(), Watch(), launch).checks
    return [check for check in checks if not check.model and check.status is not Status.PASSED]


def plugin(tmp_path: Path, more: str = "") -> Path:
    return write_small_plugin(tmp_path / "small", CODE, more=more)


def put(name: str, content: bytes = b"x") -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "network.pth", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps([1]))


FILES = [
    # what is done to the folder, check, status, explanation, fix
    (zipped, "files", "failed", "“network.pth” is a pickled checkpoint", "Convert it to safetensors"),
    (put("a.ckpt"), "files", "failed", "“a.ckpt” is a pickled checkpoint", "Convert it to safetensors"),
    (put("sub/model", b"\x80\x04x"), "files", "failed", "“sub/model” is a pickled checkpoint", "Convert it"),
    (put("run.pth", b"import os"), "files", "failed", "“run.pth” is a file that Python carries out", "Remove it"),
    (lambda it: (it / "link").symlink_to("/etc"), "files", "failed", "“link” is a link", "Put the file itself"),
    (put("nul.txt"), "files", "failed", "“nul.txt” has a name that Windows keeps", "another name"),
    (put("readme.MD"), "files", "failed", "differs from “README.md” only in case", "another name"),
    (put("old.pyc"), "files", "failed", "“old.pyc” is compiled Python", "bring the source"),
    (put(".env"), "files", "warning", "“.env” is hidden", "before you share"),
    (put(".idea/x.xml"), "files", "warning", "“.idea” is hidden", "before you share"),
    (put("fast.so"), "files", "warning", "“fast.so” is native code", "a wheel for each system"),
    (lambda it: (it / "README.md").unlink(), "files", "warning", "There is no README.md", "what it cannot do"),
    (lambda it: (it / "small.py").unlink(), "code", "failed", "there is no small.py", "MODULE:CLASS"),
    (put("small.py", b"class Other: pass\n"), "code", "failed", "small.py has no It", "spelt"),
    (put("small.py", b"class It(:\n"), "code", "failed", "small.py, line 1 is not Python", "Mend that line"),
    (put("torch.py"), "code", "failed", "“torch.py” has the name of a module", "another name"),
    (put("json/__init__.py"), "code", "failed", "“json” has the name of a module", "another name"),
]


@pytest.mark.parametrize(("do", "check", "status", "explanation", "fix"), FILES, ids=[row[3] for row in FILES])
def test_a_file_that_should_not_be_there_is_named(
    do: Callable[[Path], object], check: str, status: str, explanation: str, fix: str, tmp_path: Path
) -> None:
    folder = plugin(tmp_path)
    do(folder)
    (found,) = found_in(folder)
    assert (found.check, found.status) == (check, status)
    assert explanation in found.explanation
    assert fix in found.fix


def test_caches_that_no_installation_takes_are_no_fault(tmp_path: Path) -> None:
    folder = plugin(tmp_path)
    put("__pycache__/small.cpython-311.pyc")(folder)
    put(".git/config")(folder)
    assert found_in(folder) == []


def test_wrong_weights_are_told_with_the_right_numbers(tmp_path: Path) -> None:
    folder = plugin(tmp_path, WEIGHTS.format(file="a.safetensors", sha256="0" * 64, size=3))
    put("a.safetensors", b"abc")(folder)
    (found,) = found_in(folder)
    assert (found.check, found.status) == ("weights", "failed")
    assert f'sha256 = "{hashlib.sha256(b"abc").hexdigest()}", size = 3' in found.fix


def test_weights_that_are_not_there_or_not_safe_are_named(tmp_path: Path) -> None:
    folder = plugin(tmp_path, WEIGHTS.format(file="a.npz", sha256="0" * 64, size=3))
    assert "“a.npz” is not there" in found_in(folder)[0].explanation
    put("a.npz", b"abc")(folder)
    assert "neither safetensors nor ONNX" in found_in(folder)[0].explanation


def test_a_card_that_is_named_is_there(tmp_path: Path) -> None:
    folder = plugin(tmp_path, 'card = "small.md"')
    (found,) = found_in(folder)
    assert (found.check, found.explanation) == ("manifest", "card = “small.md” is not there.")
    put("small.md")(folder)
    assert found_in(folder) == []


def test_every_problem_of_a_manifest_is_told_with_its_place(tmp_path: Path) -> None:
    folder = plugin(tmp_path)
    manifest = folder / "plugin.toml"
    text = (
        manifest.read_text("utf-8")
        .replace('license  = "MIT"', 'licence = "MIT"')
        .replace("size = 128", "size = 20_000")
    )
    manifest.write_text(text, "utf-8")
    checks = check_folder(folder, Places.find(), Watch()).checks
    form = "Write a value of the form that docs/plugins.md gives for it."
    unknown = "Remove it, or look how it is spelt in docs/plugins.md."
    told = [(check.explanation, check.fix) for check in checks if check.check == "manifest"]
    assert told == [
        ("license: is missing", "Add it: license = …"),
        ("model[0].tile.size: is not from 32 to 16384", form),
        ("licence: is not a key that this version knows", unknown),
    ]


MANIFESTS = [
    ("manifest = 2", "needs a newer version", "manifest = 1"),
    ("manifest = ", "is not valid TOML", "texts need quotes"),
    ("manifest = 1\nid = 3", "id: expected text, got 3", "a value of that type"),
]


@pytest.mark.parametrize(("text", "explanation", "fix"), MANIFESTS, ids=[row[1] for row in MANIFESTS])
def test_a_manifest_that_cannot_be_read_is_explained(
    text: str, explanation: str, fix: str, tmp_path: Path
) -> None:
    (tmp_path / "plugin.toml").write_text(text, "utf-8")
    report = check_folder(tmp_path, Places.find(), Watch())
    assert not report.passed
    assert (report.plugin, report.version) == ("", "")
    assert any(explanation in check.explanation and fix in check.fix for check in report.checks)


def test_a_folder_without_a_manifest_says_so(tmp_path: Path) -> None:
    report = check_folder(tmp_path, Places.find(), Watch())
    assert "plugin.toml: cannot be read" in report.checks[0].explanation
    assert "plugins new" in report.checks[0].fix


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoPlugin, match=r"is no folder\. Give a plugin's folder"):
        check_folder(tmp_path / "nothing", Places.find(), Watch())


def test_a_worker_that_cannot_start_fails_the_first_check_alone(tmp_path: Path) -> None:
    launch = FakeLaunch(OSError("no process in this test"))
    checks = check_folder(plugin(tmp_path), Places.find(), Watch(), launch).checks
    of_model = [check for check in checks if check.model]
    assert [check.check for check in of_model] == [name for name, _ in MODEL_CHECKS]
    assert [check.check for check in of_model if check.status is Status.FAILED] == ["result"]
    assert "could not be started" in of_model[1].explanation
