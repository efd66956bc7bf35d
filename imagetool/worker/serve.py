"""The worker's life: hears the editor on one thread, works on the main one, ends when the editor is gone."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from imagetool.wire.errors import BadFrame
from imagetool.wire.frames import FrameReader, FrameWriter
from imagetool.wire.messages import TO_WORKER, Ready, Start
from imagetool.worker.inbox import Inbox
from imagetool.worker.sandbox import confine

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
_OOM_SCORE = "900"  # where memory runs out, the system should end the worker and not the editor


def serve(channel_in: BinaryIO, channel_out: BinaryIO) -> None:
    """Works until the channel ends; then the process ends at once, whatever it is doing."""
    reader, writer = FrameReader(channel_in, TO_WORKER), FrameWriter(channel_out)
    start = reader.receive()
    if not isinstance(start, Start):
        sys.exit(1)
    _step_back()
    enforced = _confined(start)
    sys.path.extend(path for path in start.import_paths if path not in sys.path)
    inbox = Inbox()
    threading.Thread(target=_hear, args=(reader, inbox), name="channel", daemon=True).start()
    writer.send(Ready(os.getpid(), enforced))

    from imagetool.worker.execution import Executor  # brings torch

    executor = Executor(inbox, writer.send, start.threads)
    while (run := inbox.runs.get()) is not None:
        executor.execute(run)


def _confined(start: Start) -> tuple[str, ...]:
    try:
        return confine(start)
    except OSError as error:
        sys.exit(f"The plugin was not started, because it could not be shut in ({error}).")


def _hear(reader: FrameReader, inbox: Inbox) -> None:
    try:
        while (message := reader.receive()) is not None:
            inbox.put(message)
    except (BadFrame, OSError):
        pass  # the editor is gone, or no longer the editor
    os._exit(0)


def _step_back() -> None:
    """Leaves memory to the editor, does not outlive it, and leaves no core dump behind."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        try:
            score.write_text(_OOM_SCORE)
        except OSError:
            pass  # not allowed here; the system then decides by size
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes
        import signal

        # The channel's end is seen by a thread, which a plugin can keep from running; this needs no thread.
        library = ctypes.CDLL(None)
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        library.prctl(_PR_SET_CHILD_SUBREAPER, 1)  # the editor finds a process by its parents
