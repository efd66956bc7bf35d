"""A plugin that fails with 50 MB of HTML."""

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        raise RuntimeError("<b>Sorry</b><img src='file:///etc/passwd'>" + "<p>" * 17_000_000)
