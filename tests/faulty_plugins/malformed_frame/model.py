"""A plugin that sends one message that it was told to send."""

import os
import struct
import threading

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        body = params["body"].encode()
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, struct.pack(">I", len(body)) + body)
            except OSError:
                pass
        threading.Event().wait()
