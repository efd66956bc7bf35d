"""A plugin that closes every file and lives on."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        os.closerange(3, 64)
        while True:
            threading.Event().wait()
