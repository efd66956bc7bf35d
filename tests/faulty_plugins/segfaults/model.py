"""A plugin that reads address 0, after a word in the log."""

import ctypes

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        print("about to read address 0")
        ctypes.string_at(0)
