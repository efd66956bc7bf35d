"""The packages keep to DESIGN section 3, and every contract that says so can fire."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Violation:
    """An import that a contract forbids, written into a file of a copied tree."""

    contract: str
    file: str
    line: str

    def __str__(self) -> str:
        return f"{self.contract}: {self.file} says {self.line!r}"


VIOLATIONS = [
    Violation("layers", "imagetool/core/geometry.py", "import imagetool.plugin.tasks"),
    Violation("layers", "imagetool/plugin/tasks.py", "import imagetool.catalog.places"),
    Violation("layers", "imagetool/wire/frames.py", "import imagetool.catalog.places"),
    Violation("layers", "imagetool/kit/device.py", "import imagetool.jobs.process.log"),
    Violation("layers", "imagetool/jobs/log.py", "def late():\n    import imagetool.ui"),
    Violation("layers", "imagetool/ui/__init__.py", "import imagetool.app"),
    Violation("layers", "imagetool/ui/__init__.py", "import imagetool.training"),
    Violation("layers", "imagetool/cli/errors.py", "import imagetool.app"),
    Violation("layers", "imagetool/unheard_of.py", "import imagetool.core"),  # a package nobody gave a row
    Violation("worker", "imagetool/jobs/log.py", "import imagetool.worker.inbox"),
    Violation("worker", "imagetool/app/__init__.py", "import imagetool.worker"),
    Violation("qt", "imagetool/core/errors.py", "import PySide6.QtCore"),
    Violation("qt", "imagetool/cli/errors.py", "import PySide6"),
    Violation("qt", "plugins/inpainting/exemplar.py", "from PySide6 import QtGui"),
    Violation("torch", "imagetool/jobs/log.py", "import torch"),
    Violation("torch", "imagetool/cli/errors.py", "def late():\n    import imagetool.kit.device"),
    Violation("torch", "imagetool/ui/__init__.py", "from torch import nn"),
    Violation("dispatcher", "imagetool/start.py", "import torch"),
    Violation("dispatcher", "imagetool/start.py", "import PySide6.QtWidgets"),
    Violation("plugins", "plugins/inpainting/exemplar.py", "import imagetool.jobs.process.log"),
    Violation("plugins", "plugins/inpainting/exemplar.py", "import imagetool.training"),
    Violation("plugin-apart", "plugins/another/model.py", "import plugins.inpainting.exemplar"),
    Violation("no-plugin-code", "imagetool/catalog/catalog.py", "import plugins.inpainting.exemplar"),
]


def lint(tree: Path) -> tuple[set[str], str]:
    """The names of the contracts that are broken in a tree, and everything that was said."""
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [program, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "500", "NO_COLOR": "1"},
        check=False,
    )
    lines = run.stdout.splitlines()
    broken = {line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line}
    assert (run.returncode != 0) == bool(broken), run.stdout + run.stderr
    return broken, run.stdout + run.stderr


def names() -> dict[str, str]:
    """The name of each contract by its id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract["name"] for contract in settings["contracts"]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the contracts look at."""
    for package in ("imagetool", "plugins"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_all_contracts() -> None:
    broken, said = lint(ROOT)
    assert not broken, f"imports that DESIGN section 3 does not allow; move the code, not the contract:\n{said}"


def test_every_contract_is_violated_below() -> None:
    tried = {violation.contract for violation in VIOLATIONS}
    assert tried == set(names()), "add a violation here for each contract of pyproject.toml"


@pytest.mark.parametrize("violation", VIOLATIONS, ids=str)
def test_a_planted_violation_fires(violation: Violation, tree: Path) -> None:
    file = tree / violation.file
    file.parent.mkdir(exist_ok=True)
    if not (file.parent / "__init__.py").exists():
        (file.parent / "__init__.py").write_text('"""Planted."""\n')
    before = file.read_text("utf-8") if file.exists() else ""
    file.write_text(f"{before}\n{violation.line}\n", "utf-8")

    broken, said = lint(tree)

    expected = names()[violation.contract]
    assert expected in broken, f"“{expected}” did not notice {violation}\n{said}"
