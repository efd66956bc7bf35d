"""A plugin whose model is never loaded."""

import sys
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def load(self, weights, device):
        print("loading", file=sys.stderr, flush=True)
        while True:
            threading.Event().wait(0.01)

    def run(self, image, hole, params, job):
        return image
