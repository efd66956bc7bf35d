"""A plugin that announces a message of 4 GB."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"\xff\xff\xff\xff")
            except OSError:
                pass
        threading.Event().wait()
