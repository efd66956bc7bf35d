"""One worker process as seen from the editor: starting it, talking to it, noticing its end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import psutil

from imagetool.jobs.errors import KilledOutside, Verdict
from imagetool.jobs.process.disk_watch import disk_objection, held_bytes
from imagetool.jobs.process.environment import worker_environment
from imagetool.jobs.process.flow import PacedStream, PatientPipe, Sieve
from imagetool.jobs.process.log import BoundedLog
from imagetool.jobs.process.memory_watch import MemoryWatch
from imagetool.jobs.process.process_tree import MARK, kill_tree, wait_and_kill_group
from imagetool.jobs.worker import Worker, WorkerPlan
from imagetool.wire.buffers import FOLDER_PREFIX
from imagetool.wire.errors import BadFrame
from imagetool.wire.frames import FrameReader, FrameWriter
from imagetool.wire.messages import TO_EDITOR, Message, Preview, PreviewTaken, Ready, Start

_JOIN_S = 1.0
_SIGKILL = 9  # a name for it is not there on every system
_EXIT_S = 4.0  # between the end of the channel and that of a process that is ending


class WorkerProcess:
    """A running worker.

    `on_message(worker, message)` and, exactly once, `on_end(worker, reason)` are called from threads of this
    object. The end is seen by the closed channel and by the dead process, whichever comes first: a grandchild
    may hold the channel open, and a broken worker may close it and live on. One that takes too much is ended.
    """

    def __init__(
        self,
        runtime: Path,
        plan: WorkerPlan,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> None:
        self.log = BoundedLog()
        self.enforced: tuple[str, ...] = ()  # what of its confinement the system sees to, by its own account
        self._on_message, self._on_end = on_message, on_end
        self._ended = threading.Lock()  # taken by whoever reports the end, and never given back
        self._mark = uuid.uuid4().hex
        self._ready = False
        self._verdict = ""  # why we ended it, where it was us
        self._exited = threading.Event()
        self._process = _start(runtime, plan, self._mark)
        self._root = psutil.Process(self._process.pid)
        self._writer = FrameWriter(PatientPipe(cast(BinaryIO, self._process.stdin)))
        self._threads = [
            threading.Thread(target=self._receive, name="worker-messages", daemon=True),
            threading.Thread(target=self._drain, name="worker-log", daemon=True),
            threading.Thread(target=self._wait, name="worker-end", daemon=True),
        ]
        self._watch = self._watched(plan)
        if self._watch:
            self._threads.append(self._watch.thread)
        for thread in self._threads:
            thread.start()
        self.send(Start(plan.import_paths, threads=0, confinement=plan.confinement))

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
            self._verdict = "It did not read what it was told."
            with contextlib.suppress(psutil.NoSuchProcess):
                self._root.kill()
        except (OSError, ValueError):
            pass

    def kill(self) -> None:
        """Ends the process and all that it started, and waits for it. `on_end` is called if it was not yet."""
        kill_tree(self._root, self._mark)
        self._exited.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_JOIN_S)
        _close(self._process.stdin)

    def _watched(self, plan: WorkerPlan) -> MemoryWatch | None:
        if not plan.memory_limit_bytes:
            return None
        if not plan.confinement:
            return MemoryWatch(self._root, plan.memory_limit_bytes, self._condemn)
        space = partial(disk_objection, Path(plan.confinement.writable[0]))
        pools = [folder for folder in map(Path, plan.confinement.pixels) if folder.name.startswith(FOLDER_PREFIX)]
        in_memory = pools[:-1]  # the last one is on the disk
        return MemoryWatch(
            self._root, plan.memory_limit_bytes, self._condemn, space, partial(held_bytes, in_memory)
        )

    def _receive(self) -> None:
        channel = cast(BinaryIO, self._process.stdout)
        reader, sieve = FrameReader(PacedStream(channel, self._exited), TO_EDITOR), Sieve()
        try:
            while (message := reader.receive()) is not None:
                if isinstance(message, Ready):
                    self._hear_ready(message)
                elif sieve.passes(message):
                    self._on_message(self, message)
                elif isinstance(message, Preview):
                    self.send(PreviewTaken(message.job_id))
            reason = self._exit_reason()
        except BadFrame as error:
            reason = str(error)
        except (OSError, ValueError):
            reason = "Its channel broke."
        _close(channel)  # here and not in `kill`, where it would wait for the next message
        self._end(reason)

    def _hear_ready(self, message: Ready) -> None:
        """The first is said before there is plugin code in the worker; a plugin may have said any later one."""
        if not self._ready:
            self._ready, self.enforced = True, message.enforced
            self._on_message(self, message)

    def _exit_reason(self) -> str:
        if self._exited.wait(_EXIT_S):
            return _told(self._process.returncode)
        return "It closed its channel."

    def _drain(self) -> None:
        self.log.drain(cast(BinaryIO, self._process.stderr))

    def _wait(self) -> None:
        code = wait_and_kill_group(self._process)
        self._exited.set()
        if self._watch:
            self._watch.stop()
        self._end(_told(code))

    def _condemn(self, reason: str) -> None:
        self._verdict = reason if isinstance(reason, Verdict) else Verdict(reason)
        kill_tree(self._root, self._mark)

    def _end(self, reason: str) -> None:
        if self._ended.acquire(blocking=False):
            self._on_end(self, self._verdict or reason)


def _start(runtime: Path, plan: WorkerPlan, mark: str) -> subprocess.Popen[bytes]:
    """Where there is a confinement, the scratch folder is the current one: the editor's is the user's business."""
    bootstrap = runtime / "imagetool" / "worker" / "__main__.py"
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", "-X", "faulthandler", str(bootstrap)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**worker_environment(os.environ, plan.confinement), MARK: mark},
        cwd=plan.confinement.writable[0] if plan.confinement else None,
        start_new_session=True,
    )


def _told(code: int) -> str:
    if code >= 0:
        return f"It exited with status {code}."
    reason = f"It was ended by signal {-code}."
    return KilledOutside(reason) if code == -_SIGKILL else reason


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:
        pass  # bytes that nobody will read
