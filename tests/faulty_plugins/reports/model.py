"""A plugin that tells what it can see of the world, and exits."""

import json
import os
import sys

import torch

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        seen = {"environment": dict(os.environ), "path": sys.path, "torch": torch.__file__, "json": json.__file__}
        print("report", json.dumps(seen), flush=True)
        os._exit(0)
