"""What fails a test that does not tidy up finds threads, processes and folders."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from imagetool.wire.buffers import FOLDER_PREFIX
from tests import leftovers
from tests.leftovers import Leftovers


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_GRACE_S", 0.01)


def test_a_process_is_noticed_while_it_lives() -> None:
    before = Leftovers.now()
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE) as process:
        left = Leftovers.since(before)
        assert [it.pid for it in left.processes] == [process.pid]
        assert f"pid={process.pid}" in str(left)
        assert process.poll() is None, "looking has not ended it"
        process.communicate(b"\n")
    assert not Leftovers.since(before)


def test_a_process_that_has_ended_is_still_there_for_its_parent() -> None:
    """Looking for children must not take their exit status away."""
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", "raise SystemExit(7)"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not Leftovers.now().processes
    assert process.wait() == 7


def test_a_thread_and_a_folder_of_pixels_are_noticed() -> None:
    before, over = Leftovers.now(), threading.Event()
    thread = threading.Thread(target=over.wait, name="forgotten")
    thread.start()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    left = Leftovers.since(before)
    over.set()
    thread.join()
    folder.rmdir()
    assert (set(left.threads), set(left.folders)) == ({thread}, {folder})
    assert not Leftovers.since(before)
