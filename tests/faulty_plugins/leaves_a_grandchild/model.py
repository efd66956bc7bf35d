"""A plugin that leaves a process behind that holds the channel open, and exits."""

import os
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.write(writer, str(os.getpid()).encode())
                threading.Event().wait()
            os._exit(0)
        print("grandchild", os.read(reader, 20).decode())
        os._exit(0)
