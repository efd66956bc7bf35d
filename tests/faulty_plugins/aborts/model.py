"""A plugin that calls abort()."""

import os

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        os.abort()
