"""A plugin that inverts some tiles and then does no more; it may or may not listen when it is told to stop."""

import os
import threading

from imagetool.plugin import Filter

SOON_S = 0.06  # progress is told twenty times a second at most, and a tile begins with some


class Faulty(Filter):
    done = 0

    def run(self, image, params, job):
        if self.done < params["tiles"]:
            self.done += 1
            return 1 - image
        self.done = 0
        threading.Event().wait(SOON_S)
        job.progress(0.5, f"pid {os.getpid()}")
        while True:
            threading.Event().wait(0.01)
            if params["listens"]:
                job.check()
