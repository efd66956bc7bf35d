"""Files of an installed plugin that were changed are noticed and named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from imagetool.catalog.archives.listing import BadArchive
from imagetool.catalog.store.errors import FilesChanged
from imagetool.catalog.store.installed import InstalledPlugin
from imagetool.catalog.store.seals import check_seal, looks_sealed, seal
from imagetool.catalog.store.store import Store

ID = "org.example.x"


def fill(folder: Path, text: str) -> Path:
    (folder / "code").mkdir(parents=True)
    (folder / "plugin.toml").write_text(text)
    (folder / "code" / "model.py").write_text(f"# {text}")
    (folder / "fast.safetensors").write_bytes(b"weights " + text.encode())
    return folder


def installed(tmp_path: Path) -> InstalledPlugin:
    store = Store(tmp_path / "home")
    with store.stage() as staging:
        folder = fill(staging.path / "content", "1.0")
        seal(folder)
        return store.switch(ID, store.place(folder, ID, Version("1.0")), {})


def _changed(folder: Path) -> None:
    (folder / "code" / "model.py").write_text("# 1.1")  # as long as before


def _longer(folder: Path) -> None:
    (folder / "code" / "model.py").write_text("longer")


def _missing(folder: Path) -> None:
    (folder / "code" / "model.py").unlink()


def _compiled(folder: Path) -> None:
    (folder / "code" / "__pycache__").mkdir()
    (folder / "code" / "__pycache__" / "model.cpython-311.pyc").touch()


def _site_hook(folder: Path) -> None:
    (folder / "packages").mkdir()
    (folder / "packages" / "x.pth").touch()


def _linked(folder: Path) -> None:
    (folder / "code" / "model.py").rename(folder.parent / "model.py")
    (folder / "code" / "model.py").symlink_to(folder.parent / "model.py")


def _linked_folder(folder: Path) -> None:
    (folder / "packages").symlink_to(folder / "code", target_is_directory=True)


def _a_folder(folder: Path) -> None:
    _missing(folder)
    (folder / "code" / "model.py").mkdir()


def _unsealed(folder: Path) -> None:
    (folder / "files.json").unlink()


def _odd_seal(folder: Path) -> None:
    (folder / "files.json").write_text('{"format": 1, "files": {"plugin.toml": {"size": "3"}}}')


def _sealed_again(folder: Path) -> None:
    _longer(folder)
    seal(folder)


CHANGED = [
    (_changed, "its file “code/model.py” has other content"),
    (_longer, "its file “code/model.py” has other content"),
    (_missing, "its file “code/model.py” is missing"),
    (_compiled, "the file “code/__pycache__/model.cpython-311.pyc” was added"),
    (_site_hook, "the file “packages/x.pth” was added"),
    (_linked, "“code/model.py” is a link"),
    (_linked_folder, "“packages” is a link"),
    (_a_folder, "its file “code/model.py” is missing"),
    (_unsealed, "its list “files.json” cannot be read"),
    (_odd_seal, "its list “files.json” cannot be read"),
    (_sealed_again, "its list “files.json” is another one"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGED, ids=[change.__name__ for change, _ in CHANGED])
@pytest.mark.parametrize("only_code", [False, True])
def test_files_that_are_not_those_that_were_installed_are_named(
    tmp_path: Path, change: Callable[[Path], None], reason: str, only_code: bool
) -> None:
    plugin = installed(tmp_path)
    change(plugin.folder)
    with pytest.raises(FilesChanged) as caught:
        plugin.check(only_code=only_code)
    assert (caught.value.name, caught.value.reason) == (ID, reason)
    assert not looks_sealed(plugin.folder) or change is _sealed_again


def test_weights_may_be_left_to_those_who_use_them(tmp_path: Path) -> None:
    plugin = installed(tmp_path)
    weights = plugin.folder / "fast.safetensors"
    weights.write_bytes(weights.read_bytes()[::-1])
    plugin.check(only_code=True)
    assert not looks_sealed(plugin.folder)
    with pytest.raises(FilesChanged, match=r"“fast.safetensors” has other content"):
        plugin.check()
    weights.write_bytes(b"")
    with pytest.raises(FilesChanged, match=r"“fast.safetensors” has other content"):
        plugin.check(only_code=True)


def test_a_seal_depends_on_the_content_alone(tmp_path: Path) -> None:
    one, two = fill(tmp_path / "one", "x"), fill(tmp_path / "two", "x")
    os.utime(two / "plugin.toml", (1, 1))
    assert seal(one) == seal(two) == seal(two) == check_seal(one)
    assert looks_sealed(one)


def test_a_quick_look_doubts_new_times(tmp_path: Path) -> None:
    folder = fill(tmp_path / "one", "x")
    seal(folder)
    later = (folder / "files.json").stat().st_mtime_ns + 10**9
    os.utime(folder / "plugin.toml", ns=(later, later))
    assert not looks_sealed(folder)
    check_seal(folder)


def test_a_folder_with_a_link_is_not_sealed(tmp_path: Path) -> None:
    folder = fill(tmp_path / "one", "x")
    (folder / "link").symlink_to("plugin.toml")
    with pytest.raises(BadArchive, match="“one” is refused: its entry “link” is a link"):
        seal(folder)
