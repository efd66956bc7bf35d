"""A plugin that sends sound messages to every open file, as fast as they are taken, until it is killed."""

import json
import os
import struct
import threading

from imagetool.plugin import Inpainter


def framed(message):
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        job.progress(0.5, f"pid {os.getpid()}")
        kind = params["kind"]
        message = {"kind": "Progress", "job_id": job._run.job_id, "done": 0.5, "text": "x"}
        if kind == "previews":
            rect = {"left": 0, "top": 0, "right": 32, "bottom": 32}
            message = {"kind": "Preview", "job_id": message["job_id"], "rect": rect, "width": 400, "height": 400}
            message["count"] = 1
        if kind == "large":
            message["text"] = "x" * 1_000_000
        frames = framed(message) * (1 if kind == "large" else 100)

        def flood(descriptor):
            try:
                while True:
                    rest = frames
                    while rest:
                        rest = rest[os.write(descriptor, rest) :]
            except OSError:
                pass

        for descriptor in range(3, 64):
            threading.Thread(target=flood, args=(descriptor,), daemon=True).start()
        threading.Event().wait()
