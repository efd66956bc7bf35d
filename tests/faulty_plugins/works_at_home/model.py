"""A plugin that does what is allowed: files and processes of its own."""

import asyncio
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from imagetool.plugin import CannotRun, Inpainter


def attempt(action):
    try:
        action()
        return "done"
    except Exception as error:
        return f"{type(error).__name__} {error}"


def files():
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a" / "b"
        path.parent.mkdir()
        path.write_text("x")
        shutil.copy2(path, Path(name) / "c")
        os.replace(Path(name) / "c", path)
        os.truncate(path, 0)
        os.symlink(path, Path(name) / "l")


def fork():
    child = multiprocessing.get_context("fork").Process(target=os.getpid)
    child.start()
    child.join()
    assert child.exitcode == 0


def ended():
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    child.terminate()
    assert child.wait() < 0


def talk():
    one, other = socket.socketpair()
    with one, other:
        one.send(b"x")
        assert other.recv(1) == b"x"


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        tries = {
            "files": files,
            "itself": lambda: Path(__file__).read_text(),
            "home": lambda: (Path.home() / "kept").write_text("x"),
            "shell": lambda: subprocess.run("echo hello", shell=True, check=True, capture_output=True),
            "python": lambda: subprocess.run([sys.executable, "-c", "import zlib"], check=True),
            "fork": fork,
            "ended": ended,
            "threads": lambda: list(ThreadPoolExecutor(2).map(abs, range(9))),
            "talk": talk,
            "loop": lambda: asyncio.run(asyncio.sleep(0)),
            "torch": lambda: (torch.set_num_threads(2), torch.rand(300, 300) @ torch.rand(300, 300)),
            "barrier": lambda: threading.Barrier(1).wait(),
        }
        raise CannotRun(", ".join(f"{name}: {attempt(action)}" for name, action in tries.items()))
