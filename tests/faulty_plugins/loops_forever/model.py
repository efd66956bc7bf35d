"""A plugin that never comes back, without a pause."""

import os

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        job.progress(0.5, f"pid {os.getpid()}")
        while True:
            pass
