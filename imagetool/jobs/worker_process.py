"""One worker process as seen from the editor: starting it, talking to it, noticing its end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from imagetool.jobs.environment import worker_environment
from imagetool.jobs.log import BoundedLog
from imagetool.jobs.process_tree import kill_tree
from imagetool.jobs.worker import Worker
from imagetool.wire.errors import BadFrame
from imagetool.wire.frames import FrameReader, FrameWriter
from imagetool.wire.messages import TO_EDITOR, Message, Start

_JOIN_S = 5.0


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
        self._ended = threading.Event()
        self._process = _start(runtime)
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
        """Sends a message; one that finds nobody is dropped, because the end is reported anyway."""
        try:
            self._writer.send(message)
        except (OSError, ValueError):
            pass

    def kill(self) -> None:
        """Ends the process and all that it started, and waits for it. `on_end` is called if it was not yet."""
        kill_tree(self.pid)
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_JOIN_S)
        for stream in (self._process.stdin, self._process.stdout):
            _close(stream)

    def _receive(self) -> None:
        reader = FrameReader(cast(BinaryIO, self._process.stdout), TO_EDITOR)
        try:
            while (message := reader.receive()) is not None:
                self._on_message(self, message)
            reason = "It closed its channel."
        except BadFrame as error:
            reason = str(error)
        except (OSError, ValueError):
            reason = "Its channel broke."
        self._end(reason)

    def _drain(self) -> None:
        self.log.drain(cast(BinaryIO, self._process.stderr))

    def _wait(self) -> None:
        code = self._process.wait()
        self._end(f"It was ended by signal {-code}." if code < 0 else f"It exited with status {code}.")

    def _end(self, reason: str) -> None:
        if not self._ended.is_set():
            self._ended.set()
            self._on_end(self, reason)


def _start(runtime: Path) -> subprocess.Popen[bytes]:
    bootstrap = runtime / "imagetool" / "worker" / "__main__.py"
    return subprocess.Popen(
        [sys.executable, "-I", "-B", str(bootstrap)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=worker_environment(os.environ),
        start_new_session=True,
    )


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:
        pass  # bytes that nobody will read
