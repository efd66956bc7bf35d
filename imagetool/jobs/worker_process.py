"""One worker process as seen from the editor: starting it, talking to it, noticing its end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import psutil

from imagetool.jobs.environment import worker_environment
from imagetool.jobs.log import BoundedLog
from imagetool.jobs.process_tree import MARK, kill_tree
from imagetool.jobs.worker import Worker
from imagetool.wire.errors import BadFrame
from imagetool.wire.frames import FrameReader, FrameWriter
from imagetool.wire.messages import TO_EDITOR, Message, Start

_JOIN_S = 1.0
_EXIT_S = 2.0  # between the end of the channel and that of a process that is ending


class WorkerProcess:
    """A running worker.

    `on_message(worker, message)` and, exactly once, `on_end(worker, reason)` are called from threads of this
    object. The end is seen by the closed channel and by the dead process, whichever comes first: a grandchild
    may hold the channel open, and a broken worker may close it and live on.
    """

    def __init__(
        self,
        runtime: Path,
        import_paths: tuple[str, ...],
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> None:
        self.log = BoundedLog()
        self._on_message, self._on_end = on_message, on_end
        self._ended = threading.Lock()  # taken by whoever reports the end, and never given back
        self._mark = uuid.uuid4().hex
        self._process = _start(runtime, self._mark)
        self._root = psutil.Process(self._process.pid)
        self._writer = FrameWriter(cast(BinaryIO, self._process.stdin))
        self._threads = [
            threading.Thread(target=self._receive, name="worker-messages", daemon=True),
            threading.Thread(target=self._drain, name="worker-log", daemon=True),
            threading.Thread(target=self._wait, name="worker-end", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.send(Start(import_paths, threads=0))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, message: Message) -> None:
        """Sends a message; one that finds nobody is dropped, because the end is reported anyway.

        A worker that has not read its channel for so long that it is full is ended: nobody waits for it.
        """
        try:
            self._writer.send(message)
        except BlockingIOError:
            self._process.kill()
        except (OSError, ValueError):
            pass

    def kill(self) -> None:
        """Ends the process and all that it started, and waits for it. `on_end` is called if it was not yet."""
        kill_tree(self._root, self._mark)
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_JOIN_S)
        _close(self._process.stdin)

    def _receive(self) -> None:
        channel = cast(BinaryIO, self._process.stdout)
        reader = FrameReader(channel, TO_EDITOR)
        try:
            while (message := reader.receive()) is not None:
                self._on_message(self, message)
            reason = self._exit_reason()
        except BadFrame as error:
            reason = str(error)
        except (OSError, ValueError):
            reason = "Its channel broke."
        _close(channel)  # here and not in `kill`, where it would wait for the next message
        self._end(reason)

    def _exit_reason(self) -> str:
        try:
            return _told(self._process.wait(_EXIT_S))
        except subprocess.TimeoutExpired:
            return "It closed its channel."

    def _drain(self) -> None:
        self.log.drain(cast(BinaryIO, self._process.stderr))

    def _wait(self) -> None:
        self._end(_told(self._process.wait()))

    def _end(self, reason: str) -> None:
        if self._ended.acquire(blocking=False):
            self._on_end(self, reason)


def _start(runtime: Path, mark: str) -> subprocess.Popen[bytes]:
    bootstrap = runtime / "imagetool" / "worker" / "__main__.py"
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", "-X", "faulthandler", str(bootstrap)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**worker_environment(os.environ), MARK: mark},
        start_new_session=True,
    )
    if os.name == "posix":
        os.set_blocking(cast(BinaryIO, process.stdin).fileno(), False)
    return process


def _told(code: int) -> str:
    return f"It was ended by signal {-code}." if code < 0 else f"It exited with status {code}."


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:
        pass  # bytes that nobody will read
