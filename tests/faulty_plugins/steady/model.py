"""A plugin that works: says its process id, shows a preview, and fills with noise from the seed."""

import os

import torch

from imagetool.plugin import Inpainter


class Steady(Inpainter):
    def run(self, image, hole, params, job):
        job.progress(0.25, f"pid {os.getpid()}")
        job.preview(image)
        noise = torch.rand(image.shape, generator=job.generator(), device=image.device)
        job.progress(1.0, "done")
        return noise * float(params["amount"])
