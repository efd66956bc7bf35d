"""A plugin that takes being stopped for an error, and goes on."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        while True:
            try:
                job.progress(0.5, f"pid {os.getpid()}")
            except Exception:
                pass
            threading.Event().wait(0.01)
