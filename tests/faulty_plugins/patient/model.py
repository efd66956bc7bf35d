"""A plugin that works until it is told to stop."""

import os
import threading

from imagetool.plugin import Inpainter


class Patient(Inpainter):
    def run(self, image, hole, params, job):
        job.progress(0.5, f"pid {os.getpid()}")
        while True:
            job.check()
            threading.Event().wait(0.01)
