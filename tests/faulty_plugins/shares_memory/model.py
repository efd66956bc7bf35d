"""A plugin that forks ten times after it took half a gigabyte: its children share that, which is no crime."""

import os
import threading

import torch

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        kept = torch.ones(125_000_000)
        children = []
        for _ in range(10):
            child = os.fork()
            if child == 0:
                threading.Event().wait(2.0)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        return image * float(kept[0])
