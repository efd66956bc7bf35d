"""A plugin that ends its process the Python way."""

import sys

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        sys.exit("bye")
