"""A plugin that returns a picture with NaN in it."""

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        image[0, 0, 0, 0] = float("nan")
        return image
