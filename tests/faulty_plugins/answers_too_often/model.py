"""A plugin that answers its job five times, jobs that never were, and goes on answering when it is done."""

import json
import os
import struct
import threading

from imagetool.plugin import Inpainter

DONE = {"kind": "Done", "device": "cpu", "precision": "fp32", "seconds": 0.0, "tiles": 1, "peak_rss_mb": 1.0}


def send(message):
    body = json.dumps(message).encode()
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack(">I", len(body)) + body)
        except OSError:
            pass


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        job_id = job._run.job_id
        answers = [
            {"kind": "Failed", "job_id": job_id, "sentence": "No.", "details": ""},
            {**DONE, "job_id": job_id, "figures": {}},
            {"kind": "Stopped", "job_id": job_id},
            {**DONE, "job_id": "a job that never was", "figures": {}},
            {"kind": "Ready", "pid": 1, "enforced": ["everything"]},
            {"kind": "Preview", "job_id": job_id, "rect": dict.fromkeys(("left", "top", "right", "bottom"), 9)}
            | {"width": 10**9, "height": 1, "count": 1},
        ]

        def late():
            while True:
                for answer in answers:
                    send(answer)
                threading.Event().wait(0.01)

        for answer in answers:
            send(answer)
        threading.Thread(target=late, daemon=True).start()
        return image
