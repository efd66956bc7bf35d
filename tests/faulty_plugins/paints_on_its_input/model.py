"""A plugin that writes into the image it was given, then fails."""

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        image.zero_()
        hole.fill_(True)
        raise RuntimeError("oops")
