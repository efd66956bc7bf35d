"""A plugin that ends its process when it is imported."""

from imagetool.plugin import Inpainter

raise SystemExit(3)


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        return image
