"""A plugin that returns a larger picture with a value that is not a number."""

from imagetool.plugin import Upscaler


class Faulty(Upscaler):
    scales = (2,)

    def run(self, image, scale, params, job):
        larger = image.repeat_interleave(scale, -1).repeat_interleave(scale, -2)
        larger[0, 1, 2, 3] = float("nan")
        return larger
