"""A plugin that is lost in native code that lets no other thread run."""

import os
import re

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        job.progress(0.5, f"pid {os.getpid()}")
        re.match("(a+)+$", "a" * 64 + "b")
        return image
