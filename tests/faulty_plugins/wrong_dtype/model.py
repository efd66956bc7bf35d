"""A plugin that returns bytes where floats are asked for."""

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        return (image * 255).byte()
