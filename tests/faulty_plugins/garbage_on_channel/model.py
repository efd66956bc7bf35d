"""A plugin that writes nonsense to every open file."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"\x00\x00\x00\x05hello")
            except OSError:
                pass
        job.progress(0.5)
        threading.Event().wait()
