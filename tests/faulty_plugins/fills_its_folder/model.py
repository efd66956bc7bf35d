"""A plugin that writes a file of a terabyte."""

import tempfile

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        with tempfile.TemporaryFile() as file:
            file.truncate(10**12)
            file.seek(10**12)
            file.write(b"the end")
            file.flush()
        return image
