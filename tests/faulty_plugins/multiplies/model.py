"""A plugin that starts processes that do nothing, up to four hundred."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        for _ in range(400):
            if os.fork() == 0:
                os.setsid()
                threading.Event().wait()
        threading.Event().wait()
