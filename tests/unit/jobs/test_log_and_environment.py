from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from imagetool.jobs.process.environment import worker_environment
from imagetool.jobs.process.log import BoundedLog
from imagetool.wire.messages import Confinement

OWN = {
    "GOMP_SPINCOUNT": "1000",  # waiting threads sleep soon, so that busy processors are shared
    "MALLOC_MMAP_THRESHOLD_": "4294967296",  # memory of large tensors is used again
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
}


def test_a_log_keeps_the_end_and_never_more_than_its_size() -> None:
    log = BoundedLog(max_bytes=100)
    for number in range(1000):
        log.write(f"line {number}\n".encode())
        assert log._held <= 200, "the oldest bytes are forgotten as the newest come"
    assert len(log.text()) <= 100
    assert log.text().endswith("line 998\nline 999")


def test_one_chunk_larger_than_the_log_is_cut_when_read() -> None:
    log = BoundedLog(max_bytes=10)
    log.write(b"0123456789abcdef")
    assert log.text() == "6789abcdef"


def test_bytes_that_are_no_text_are_replaced() -> None:
    log = BoundedLog()
    log.write(b"\xff\xfegood")
    assert log.text() == "��good"


def test_an_empty_log_is_an_empty_text() -> None:
    assert BoundedLog().text() == ""


def test_a_stream_is_drained_to_its_end_and_closed() -> None:
    log, stream = BoundedLog(), io.BufferedReader(io.BytesIO(b"x" * 300_000 + b"end"))
    log.drain(stream)
    assert stream.closed
    assert log.text().endswith("xend")
    assert len(log.text()) == 256 * 1024


def test_a_log_may_be_read_while_it_is_written() -> None:
    log = BoundedLog(max_bytes=1000)

    def write() -> None:
        for _ in range(5000):
            log.write(b"abc\n")

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        assert len(log.text()) <= 1000
    writer.join()


HIDDEN = [
    "LD_PRELOAD",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONHOME",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD",
    "HF_TOKEN",
    "OPENAI_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "HTTPS_PROXY",
    "https_proxy",
    "SSH_AUTH_SOCK",
    "DISPLAY",
    "IMAGETOOL_HOME",
]


@pytest.mark.parametrize("name", HIDDEN)
def test_secrets_and_switches_do_not_reach_a_worker(name: str) -> None:
    assert worker_environment({name: "x", "PATH": "/bin"}) == {"PATH": "/bin", **OWN}


@pytest.mark.parametrize("name", ["PATH", "HOME", "LANG", "TMPDIR", "CUDA_VISIBLE_DEVICES", "SystemRoot"])
def test_what_a_worker_needs_reaches_it(name: str) -> None:
    assert worker_environment({name: "x"}) == {name: "x", **OWN}


def test_nothing_else_is_added_and_the_original_is_left_alone() -> None:
    before = dict(os.environ)
    seen = worker_environment(os.environ)
    assert set(seen) <= set(os.environ) | set(OWN)
    assert dict(os.environ) == before


def test_a_confined_worker_is_at_home_in_its_scratch_folder() -> None:
    confinement = Confinement((), ("/scratch", "/more"), False, 1, 1)
    before = {"HOME": "/home/me", "TMPDIR": "/home/me/tmp", "XDG_CACHE_HOME": "/home/me/.cache", "PATH": "/bin"}
    seen = worker_environment(before, confinement)
    assert seen["PATH"] == "/bin"
    for name in ("HOME", "TMPDIR", "TEMP", "TMP"):
        assert Path(seen[name]) == Path("/scratch")
    for name in ("XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TORCH_HOME", "HF_HOME", "CUDA_CACHE_PATH"):
        assert Path("/scratch") in Path(seen[name]).parents, name
    assert not [value for value in seen.values() if "/me" in value]


def test_a_library_without_network_is_told_so() -> None:
    for network in (True, False):
        seen = worker_environment({}, Confinement((), ("/scratch",), network, 1, 1))
        assert seen.get("HF_HUB_OFFLINE") == (None if network else "1")
