"""A plugin's packages go into its own folder, against imagetool's versions; asked of the real pip, offline."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from imagetool.catalog.disk import DiskError
from imagetool.jobs.dependencies import Installation, Sources, Wanted, check_installed, install, plan
from imagetool.jobs.dependencies.bundled import LIST_NAME
from imagetool.jobs.dependencies.errors import (
    BadWheel,
    ContradictoryPackages,
    DependencyError,
    IndexUnreachable,
    NetworkNeeded,
    NoSuchPackage,
    NoWheel,
    PackageConflict,
    PackagesNotInstalled,
)
from imagetool.jobs.dependencies.host import Host
from imagetool.jobs.dependencies.pip_log import failure
from imagetool.jobs.dependencies.watched_process import WatchedProcess
from imagetool.plugin.errors import Cancelled
from tests.fakes.wheels import wheel


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder with a space in its name that stands for the index."""
    return tmp_path / "the index"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """The folder of a plugin's packages."""
    return tmp_path / "plugin" / "packages"


def wanted(*requirements: str, wheels: Path | None = None) -> Wanted:
    return Wanted("Example", requirements, wheels)


def installed(into: Path, index: Path, *requirements: str) -> Installation:
    return install(wanted(*requirements), into, online=False, sources=Sources.only(index))


def names(made: Installation) -> list[tuple[str, str]]:
    return sorted((package.name, package.version) for package in made.packages)


def test_what_is_needed_comes_with_what_that_needs(index: Path, into: Path) -> None:
    wheel(index, "outer_package", "1.2", needs=["inner>=1", "numpy>=1", "absent; python_version<'3'"])
    wheel(index, "inner", "1.0")
    wheel(index, "inner", "1.5")
    wheel(index, "inner", "2.0", needs=["numpy<1"])  # the newest does not go with imagetool's numpy
    before = Host.find()
    heard: list[float] = []

    made = install(
        wanted("outer-package>=1", "torch"),
        into,
        online=False,
        sources=Sources.only(index),
        on_progress=lambda done, text: heard.append(done),
    )

    assert names(made) == [("inner", "1.5"), ("outer-package", "1.2")]
    assert set(made.host_needs) == {("numpy>=1", "outer_package"), ("torch", None)}
    assert Installation.read(into) == made
    check_installed(wanted("outer-package>=1", "torch"), into)
    assert sorted(path.name for path in into.iterdir()) == [
        *("inner-1.5.dist-info", "inner.py", "installed.json"),
        *("outer_package-1.2.dist-info", "outer_package.py"),
    ]
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)
    assert Host.find() == before, "nothing goes into imagetool's own environment"


def test_what_imagetool_has_needs_neither_pip_nor_a_network(into: Path) -> None:
    made = install(wanted("numpy>=1", "torch"), into, online=False)
    assert made.packages == ()
    check_installed(wanted("numpy>=1", "torch"), into)


def test_a_plan_installs_nothing(index: Path, tmp_path: Path) -> None:
    path = wheel(index, "inner")
    planned = plan(wanted("inner"), online=False, sources=Sources.only(index))
    assert [(it.name, it.sha256) for it in planned.packages] == [
        ("inner", hashlib.sha256(path.read_bytes()).hexdigest())
    ]
    assert planned.source == str(index)
    assert [path.name for path in tmp_path.iterdir()] == ["the index"]


def test_modules_are_compiled_where_that_is_wanted_and_not_run(index: Path, into: Path) -> None:
    canary = into.parent.parent / "canary"
    wheel(
        index, "inner", files={"inner/__init__.py": f"open({str(canary)!r}, 'w')\n", "inner/bad.py": "what is\n"}
    )
    install(wanted("inner"), into, online=False, sources=Sources.only(index), compiled=True)
    assert [path.name for path in into.rglob("*.pyc")] == [f"__init__.{sys.implementation.cache_tag}.pyc"]
    assert not canary.exists()
    installed(into, index, "inner")
    assert list(into.rglob("*.pyc")) == []


def test_two_plugins_use_two_versions_at_the_same_time(index: Path, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        wheel(index, "shared", version)
    one, two = tmp_path / "one", tmp_path / "two"
    installed(one, index, "shared<2")
    installed(two, index, "shared>=2")
    workers = [started(folder) for folder in (one, two)]
    try:
        assert [said(worker) for worker in workers] == ["1.0", "2.0"], "asked while both are running"
    finally:
        for worker in workers:
            worker.communicate()


def started(folder: Path) -> subprocess.Popen[str]:
    """A process with the path of a worker: imagetool's own packages first, the plugin's after them."""
    code = "import sys; sys.path.append(sys.argv[1]); import shared; print(shared.VERSION, flush=True); input()"
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def said(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


def with_list(folder: Path) -> None:
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in folder.glob("*.whl")]
    (folder / LIST_NAME).write_text("".join(lines))


def test_wheels_that_a_plugin_brings_are_all_that_is_looked_at(index: Path, into: Path, tmp_path: Path) -> None:
    wheel(index, "inner", "3.0")
    wheels = tmp_path / "wheels"
    wheel(wheels, "inner", "1.0")
    wheel(wheels, "inner", "1.0", files={}, tag="cp311-cp311-win_arm64")  # for another system
    with_list(wheels)
    brought = wanted("inner", wheels=wheels)
    made = install(brought, into, online=True, sources=Sources.only(index))
    assert names(made) == [("inner", "1.0")]
    with pytest.raises(NoSuchPackage):
        install(wanted("other", wheels=wheels), into, online=True, sources=Sources.only(index))


def test_the_network_is_not_used_unasked(into: Path) -> None:
    with pytest.raises(NetworkNeeded) as caught:
        install(wanted("numpy", "inner>=1"), into, online=False)
    assert str(caught.value) == "“Example” needs inner>=1; agree to the download, or go without the plugin."
    with pytest.raises(NetworkNeeded):
        install(wanted("inner>=1"), into, online=False, sources=Sources())


def refused(kind: type[DependencyError], index: Path, into: Path, *requirements: str) -> str:
    with pytest.raises(kind) as caught:
        installed(into, index, *requirements)
    assert not list(into.glob("*")), "nothing is left"
    with pytest.raises(PackagesNotInstalled):
        check_installed(wanted("absent"), into)
    return str(caught.value)


def test_an_indirect_conflict_names_who_needs_what(index: Path, into: Path) -> None:
    wheel(index, "outer", needs=["inner"])
    wheel(index, "inner", needs=["numpy<2,>=1.22"])
    wheel(index, "numpy", "1.26.0")  # would do, if imagetool's own were not there already
    have = Host.find().version_of("numpy")
    assert refused(PackageConflict, index, into, "outer") == (
        f"“Example” needs inner, which needs numpy<2,>=1.22, but imagetool has numpy {have}; ask its author for a "
        "version that works with that."
    )


def test_packages_that_contradict_each_other_are_named(index: Path, into: Path) -> None:
    wheel(index, "one", needs=["shared<2"])
    wheel(index, "two", needs=["shared>=2"])
    wheel(index, "shared", "1.0")
    wheel(index, "shared", "2.0")
    said = refused(ContradictoryPackages, index, into, "one", "two")
    assert said.startswith("The packages that “Example” needs contradict each other (")
    assert "one 1.0 needs shared<2" in said
    assert "two 1.0 needs shared>=2" in said


def test_what_would_have_to_be_built_is_refused_and_not_run(index: Path, into: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    source(index, "inner-1.0", f"open({str(canary)!r}, 'w')")
    assert refused(NoWheel, index, into, "inner>=1") == (
        "“Example” needs inner>=1, of which there is no wheel for this computer, and packages are never built "
        "here; ask its author for one that is ready-made."
    )
    assert not canary.exists()


def source(folder: Path, name: str, code: str) -> None:
    folder.mkdir(exist_ok=True)
    script = folder.parent / "setup.py"
    script.write_text(code)
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        archive.add(script, f"{name}/setup.py")


def test_a_wheel_for_another_system_is_none(index: Path, into: Path) -> None:
    wheel(index, "inner", tag="cp311-cp311-win_arm64")
    assert refused(NoWheel, index, into, "inner").startswith("“Example” needs inner, of which there is no wheel")


def test_a_package_that_is_nowhere_is_named(index: Path, into: Path) -> None:
    wheel(index, "inner", "1.0")
    wheel(index, "inner", "1.1", tag="cp311-cp311-win_arm64")
    source(index, "inner-1.2", "")
    assert refused(NoSuchPackage, index, into, "inner>=2") == (
        f"“Example” needs inner>=2, which is not to be found in {index}; ask its author about it."
    )


def test_an_index_that_does_not_answer_is_named(into: Path) -> None:
    nobody = Sources(index="http://127.0.0.1:9/simple", timeout_s=1)
    with pytest.raises(IndexUnreachable) as caught:
        install(wanted("inner"), into, online=True, sources=nobody)
    assert str(caught.value) == (
        "The packages that “Example” needs cannot be fetched because 127.0.0.1 does not answer; check the "
        "connection and try again."
    )


def test_a_bad_wheel_leaves_nothing(index: Path, into: Path) -> None:
    wheel(index, "sound")
    wheel(index, "startup", files={"startup.pth": "import os\n"})
    said = refused(BadWheel, index, into, "sound", "startup")
    assert "brings “startup.pth”, which Python would run at its start" in said


def test_stopping_ends_pip_and_leaves_nothing(index: Path, into: Path) -> None:
    """What pip started is looked for by conftest.py."""
    wheel(index, "inner")
    asked: list[bool] = []

    def check() -> None:
        asked.append((into / ".part" / "install.out").exists())
        if asked[-1]:
            raise Cancelled

    with pytest.raises(Cancelled):
        install(wanted("inner"), into, online=False, sources=Sources.only(index), check=check)
    assert asked[-1], "pip was running"
    assert list(into.iterdir()) == []


def test_a_killed_installation_is_noticed_and_made_again(index: Path, into: Path) -> None:
    wheel(index, "inner")
    code = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from imagetool.jobs.dependencies import Sources, Wanted, install
def halt(done, text):
    if text.startswith("Unpacking"):
        print("here", flush=True)
        sys.stdin.read()
install(Wanted("Example", ("inner",)), Path(sys.argv[1]), online=False, sources=Sources.only(Path(sys.argv[2])),
        on_progress=halt)
"""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code, str(into), str(index), str(Path(__file__).parents[4])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert said(process) == "here"
    process.kill()
    process.communicate()
    assert list(into.iterdir()), "it was in the middle"
    with pytest.raises(PackagesNotInstalled) as caught:
        check_installed(wanted("inner"), into)
    assert str(caught.value) == "“Example” cannot run: its packages (inner) are not installed; install it again."
    installed(into, index, "inner")
    check_installed(wanted("inner"), into)
    assert not (into / ".part").exists()


def test_a_disk_that_refuses_is_one_sentence(index: Path, tmp_path: Path) -> None:
    wheel(index, "inner")
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match=r"^Writing the packages of “Example” failed \("):
        installed(tmp_path / "file" / "packages", index, "inner")


CHANGES = [
    ("python", "cp27-linux", "its packages were made for another Python (cp27-linux); install it again."),
    ("requirements", ["inner<1"], "its packages are those of another version (inner<1); install it again."),
    (
        "host_needs",
        [["gone>=1", None]],
        "its packages need gone>=1, which imagetool no longer has; install it again.",
    ),
    ("format", 2, "its packages (inner) are not installed; install it again."),
    ("packages", None, "its packages (inner) are not installed; install it again."),
]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one package installed, to be copied."""
    folder = tmp_path_factory.mktemp("ready")
    wheel(folder / "index", "inner")
    installed(folder / "packages", folder / "index", "inner")
    return folder / "packages"


@pytest.mark.parametrize(("key", "value", "said"), CHANGES, ids=[key for key, _, _ in CHANGES])
def test_packages_that_no_longer_fit_are_noticed(
    ready: Path, into: Path, key: str, value: object, said: str
) -> None:
    shutil.copytree(ready, into)
    changed(into, key, value)
    with pytest.raises(PackagesNotInstalled) as caught:
        check_installed(wanted("inner"), into)
    assert str(caught.value) == f"“Example” cannot run: {said}"


def test_an_update_of_imagetool_that_breaks_a_package_is_noticed(ready: Path, into: Path) -> None:
    shutil.copytree(ready, into)
    changed(into, "host_needs", [["numpy<2", "inner"]])
    with pytest.raises(PackageConflict, match="needs inner, which needs numpy<2, but imagetool has numpy"):
        check_installed(wanted("inner"), into)


def changed(into: Path, key: str, value: object) -> None:
    path = into / "installed.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))


def test_the_users_own_settings_do_not_reach_pip(tmp_path: Path) -> None:
    environment = {
        "PIP_NO_BINARY": ":all:",
        "PYTHONPATH": "/evil",
        "HOME": "/home/me",
        "HF_TOKEN": "x",
        "PATH": "/bin",
    }
    process = WatchedProcess(tmp_path, lambda: None, environment)
    seen = process.scrubbed(tmp_path) | Sources.only(tmp_path).environment(process.environment)
    assert not {"PIP_NO_BINARY", "PYTHONPATH", "HF_TOKEN"} & set(seen)
    assert (seen["HOME"], seen["PATH"], seen["PIP_NO_INDEX"]) == (str(tmp_path), "/bin", "1")


LOGS: list[tuple[str, Sequence[str], str]] = [
    (
        "no pip",
        ["/usr/bin/python: No module named pip"],
        "and pip is not there to find them; run “python -m ensurepip”",
    ),
    (
        "full disk",
        ["ERROR: Could not install: [Errno 28] No space left on device"],
        "There is no room left on the disk",
    ),
    ("anything", ["something", "ERROR: It broke."], "cannot be installed (pip says: It broke.); see the details."),
    ("nothing", [], "cannot be installed (pip says: nothing); see the details."),
]


@pytest.mark.parametrize(("log", "said"), [row[1:] for row in LOGS], ids=[row[0] for row in LOGS])
def test_what_pip_says_becomes_one_sentence(log: Sequence[str], said: str) -> None:
    lines = "\n".join(f"2026-01-01T10:00:00,123 {line}" for line in log)
    assert said in str(failure("Example", lines, Host({}, ()), Sources()))
