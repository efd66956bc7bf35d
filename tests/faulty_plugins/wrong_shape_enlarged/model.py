"""A plugin that returns a larger picture that is too small."""

from imagetool.plugin import Upscaler


class Faulty(Upscaler):
    scales = (2,)

    def run(self, image, scale, params, job):
        return image.repeat_interleave(scale, -1).repeat_interleave(scale, -2)[..., :-1]
