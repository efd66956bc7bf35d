"""A plugin that has memory for small tiles only; with larger ones it says so, is killed, or takes too much."""

import os
import signal
import threading

import torch

from imagetool.plugin import Filter

SOON_S = 0.06  # progress is told twenty times a second at most, and a tile begins with some
MUCH_BYTES = 700_000_000


class Faulty(Filter):
    def run(self, image, params, job):
        threading.Event().wait(SOON_S)
        job.progress(0.5, f"pid {os.getpid()}")
        if max(image.shape[2:]) <= params["fits_px"]:
            return 1 - image
        if params["how"] == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if params["how"] == "takes too much":
            kept = torch.ones(MUCH_BYTES // 4)
            threading.Event().wait()
            return kept
        return torch.empty(2**48)
