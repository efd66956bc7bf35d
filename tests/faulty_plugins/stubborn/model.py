"""A plugin that never looks whether it should stop."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        job.progress(0.5, f"pid {os.getpid()}")
        while True:
            threading.Event().wait(0.01)
