"""A plugin that ignores every signal that can be ignored."""

import os
import signal

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        job.progress(0.5, f"pid {os.getpid()}")
        while True:
            pass
