"""A plugin that ends its process as if all were well."""

import os

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        os._exit(0)
