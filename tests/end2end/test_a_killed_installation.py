"""An installation that is killed leaves the version before it, or the new one, and nothing in between."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.catalog.store.installed import InstalledPlugin
from imagetool.catalog.store.store import Store

ROOT = Path(__file__).parents[2]
SOFT = ROOT / "tests" / "fakes" / "soft"
ID = "org.example.soft"


def install(source: Path, home: Path, kill_at: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tests.fakes.killed_installation", str(source), str(home), kill_at]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def version(home: Path) -> str:
    """The version that is installed; its files are all there and as they were sealed."""
    found = Store(home).find(ID)
    assert isinstance(found, InstalledPlugin)
    found.check()
    (plugin,) = [plugin for plugin in Catalog.scan(Places.find()).plugins if plugin.manifest.id == ID]
    return str(plugin.manifest.version)


def test_whenever_it_is_killed(tmp_path: Path, home: Path) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(SOFT, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "plugin.toml").write_text(
        (newer / "plugin.toml").read_text("utf-8").replace('"1.0"', '"2.0"'), "utf-8"
    )
    whole = install(SOFT, home, "never")
    assert whole.returncode == 0, whole.stderr
    steps = ["reading", "consent", "installing packages", "testing Soft", "putting it in its place"]
    assert whole.stdout.split("\n")[:-1] == steps
    for step in steps:
        killed = install(newer, home, step)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert version(home) == "1.0", f"killed at “{step}”"
    assert install(newer, home, "never").returncode == 0
    assert version(home) == "2.0"
    assert not list((home / "staging").iterdir()), "what was left behind is swept"
