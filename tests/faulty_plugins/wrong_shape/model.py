"""A plugin that returns a picture that is too small."""

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        return image[..., :-1]
