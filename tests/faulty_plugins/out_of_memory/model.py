"""A plugin that asks for a petabyte."""

import torch

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        return torch.empty(2**48)
