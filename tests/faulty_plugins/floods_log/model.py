"""A plugin that prints a gigabyte."""

import os

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        line = b"x" * 999 + b"\n"
        for _ in range(1000):
            rest = line * 1000
            while rest:
                rest = rest[os.write(1, rest) :]
        os.write(1, b"the last line\n")
        return image
