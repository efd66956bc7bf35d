"""A worker sees our libraries and its plugin, and nothing of the editor's environment."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
import torch

from imagetool.catalog.places import Places
from tests.fakes.desk import Desk
from tests.fakes.faulty import FOLDER

SECRETS = {
    "PYTHONPATH": str(FOLDER / "reports"),
    "PYTHONSTARTUP": "/nowhere/startup.py",
    "LD_PRELOAD": "/nowhere/spy.so",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1",
    "HF_TOKEN": "secret",
    "HTTPS_PROXY": "http://user:password@proxy",
}


@pytest.fixture(scope="module")
def report() -> Any:
    """What a plugin tells that has a torch.py, a json.py and an imagetool.py beside it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        patch.chdir(FOLDER / "reports")  # the current folder must not be looked into either
        desk = Desk()
        details = desk.failure_of("reports", own_process=True).error.details
        desk.close()
    found = re.search(r"^report (.*)$", details, re.MULTILINE)
    assert found, details
    return json.loads(found[1])


def test_secrets_and_switches_stay_outside(report: Any) -> None:
    seen = set(report["environment"])
    assert not seen & set(SECRETS), "the environment passes an allow-list"
    assert not {name for name in seen if name.startswith("PYTHON")}


def test_a_plugins_modules_do_not_shadow_ours(report: Any) -> None:
    assert report["torch"] == torch.__file__
    assert report["json"] == json.__file__
    assert not any(entry.startswith(str(FOLDER)) for entry in report["path"][:-1])


def test_the_plugin_comes_last_on_the_path(report: Any) -> None:
    path = report["path"]
    assert path[-1] == str(FOLDER / "reports")
    assert path.index(str(Places.find().runtime)) < len(path) - 1
    libraries = [entry for entry in sys.path if entry.endswith("site-packages")]
    assert all(path.index(entry) < len(path) - 1 for entry in libraries)
    assert "" not in path
    beside_the_script = Places.find().runtime / "imagetool" / "worker"
    assert str(beside_the_script) not in path, "its modules would be found as `inbox`, `memory` and `job`"
