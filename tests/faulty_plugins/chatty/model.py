"""A plugin that prints 20 MB before it works."""

import os
import sys

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        for _ in range(200):
            print("x" * 50_000)
            print("y" * 50_000, file=sys.stderr)
        os.write(1, b"straight to the file\n")
        return image
