"""A plugin that opens files and never closes one."""

import os

from imagetool.plugin import CannotRun, Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        kept = []
        try:
            while len(kept) < 100_000:
                kept.append(open(os.devnull))
        except OSError as error:
            raise CannotRun(f"{error} after {len(kept)}") from None
        return image
