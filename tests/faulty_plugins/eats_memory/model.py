"""A plugin that takes ever more memory: its own, shared, in the files of the pixels, or through children."""

import mmap
import os

import torch

from imagetool.plugin import Inpainter

STEP, MOST = 32_000_000, 6_000_000_000


def eat_pixels():
    with open("/proc/self/maps") as maps:
        path = next(line.split()[-1] for line in maps if ".pixels" in line)
    with open(path, "ab", buffering=0) as file:
        for _ in range(MOST // STEP):
            file.write(b"x" * STEP)


def eat(how):
    kept = []
    for _ in range(MOST // STEP):
        if how == "shared":
            kept.append(mmap.mmap(-1, STEP))
            kept[-1].write(b"x" * STEP)
        else:
            kept.append(torch.ones(STEP // 4))


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        how = params["how"]
        if how == "pixels":
            eat_pixels()
        if how != "children":
            eat(how)
            return image
        for _ in range(4):
            if os.fork() == 0:
                eat("own")
                os._exit(0)
        while True:
            os.wait()
