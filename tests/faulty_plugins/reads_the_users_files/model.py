"""A plugin that reads a file of the user in every way that it knows."""

import os
import subprocess

from imagetool.plugin import CannotRun, Inpainter


def attempt(action):
    try:
        return f"got {action()!r:.20}"
    except Exception as error:
        return type(error).__name__


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        path = params["path"]
        link = os.path.join(os.environ["HOME"], f"link-{abs(hash(path))}")
        tries = {
            "open": lambda: open(path).read(),
            "list": lambda: os.listdir(os.path.dirname(path)),
            "cat": lambda: subprocess.run(["cat", path], capture_output=True, check=True).stdout,
            "symlink": lambda: (os.symlink(path, link), open(link).read())[1],
            "hardlink": lambda: (os.link(path, link + "2"), open(link + "2").read())[1],
            "root": lambda: open("/proc/self/root" + path).read(),
            "cwd": lambda: os.listdir("/proc/self/cwd/../.."),
            "editor": lambda: open(f"/proc/{os.getppid()}/environ").read(),
            "memory": lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
            "passwords": lambda: open("/etc/shadow").read(),
        }
        raise CannotRun(", ".join(f"{name}: {attempt(action)}" for name, action in tries.items()))
