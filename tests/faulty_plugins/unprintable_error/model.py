"""A plugin that fails with an error whose own text fails."""

from imagetool.plugin import Inpainter


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no text")


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        raise Unprintable
