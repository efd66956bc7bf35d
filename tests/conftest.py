"""What every test runs under: no display, a home of its own, and silence.

A test fails if it leaves a thread, a process or a folder of pixels behind, or if something was logged that nobody
looked at. Warnings are errors by pyproject.toml; Qt's messages and exceptions in its callbacks fail a test through
pytest-qt (`qt_log_level_fail` there).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.leftovers import Leftovers

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # read when the first QApplication is made
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run beside each other, on small tensors


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marks of this file."""
    config.addinivalue_line(
        "markers", "shared_worker: the module's tests share a runner; what is left is looked for when all are done"
    )


@pytest.fixture(scope="session", autouse=True)
def _home_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps fixtures that live longer than one test away from the user's own files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMAGETOOL_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the test's imagetool writes to."""
    folder = tmp_path / "imagetool-home"
    monkeypatch.setenv("IMAGETOOL_HOME", str(folder))
    return folder


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_by_the_module(request: pytest.FixtureRequest) -> Iterator[None]:
    yield from _checked(request)


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("shared_worker"):
        yield
    else:
        yield from _checked(request)


def _checked(request: pytest.FixtureRequest) -> Iterator[None]:
    before = Leftovers.now()
    yield
    left = Leftovers.since(before)
    if left:
        pytest.fail(f"{request.node.name} left behind {left}; close what it started", pytrace=False)


@pytest.fixture(autouse=True)
def _nothing_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that expects a record asks for `caplog` and looks at it; every other one logs no warning."""
    if "caplog" in request.fixturenames:
        yield
        return
    seen = _Records()
    logging.getLogger().addHandler(seen)
    yield
    logging.getLogger().removeHandler(seen)
    if seen.lines:
        pytest.fail(
            f"{request.node.name} logged {seen.lines}; ask for `caplog` if that is expected", pytrace=False
        )


class _Records(logging.Handler):
    """Remembers everything from WARNING upwards."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")
