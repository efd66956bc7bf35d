"""A plugin that fails with an error of ours, of 5 MB."""

from imagetool.plugin import Inpainter, PluginError


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        raise PluginError("x" * 5_000_000)
