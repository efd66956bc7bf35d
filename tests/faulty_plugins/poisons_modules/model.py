"""A plugin that changes the libraries of its process: the path, what is imported, how messages are written."""

import json
import os
import struct
import sys

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        sys.path[:] = [os.path.dirname(__file__)]
        sys.meta_path.clear()
        for name in list(sys.modules):
            if name.split(".")[0] in ("imagetool", "torch", "numpy"):
                del sys.modules[name]
        json.dumps = lambda *args, **kwargs: "{}"
        struct.Struct = None
        return image
