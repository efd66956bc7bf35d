"""A plugin that is not Python."""

from imagetool.plugin import Inpainter

def (:


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        return image
