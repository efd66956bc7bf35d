"""A plugin that imports a library that is not there."""

import a_library_that_is_not_there  # noqa: F401

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        return image
