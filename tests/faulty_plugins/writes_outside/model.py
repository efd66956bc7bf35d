"""A plugin that changes a file of the user in every way that it knows, and its folder."""

import os
import subprocess

from imagetool.plugin import CannotRun, Inpainter


def attempt(action):
    try:
        action()
        return "done"
    except Exception as error:
        return type(error).__name__


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        path = params["path"]
        beside = os.path.join(os.path.dirname(path), "new")
        tries = {
            "write": lambda: open(path, "w"),
            "append": lambda: open(path, "a"),
            "truncate": lambda: os.truncate(path, 0),
            "cut": lambda: os.open(path, os.O_RDONLY | os.O_TRUNC),
            "remove": lambda: os.remove(path),
            "rename": lambda: os.rename(path, beside),
            "replace": lambda: os.replace(__file__, path),
            "new": lambda: open(beside, "x"),
            "folder": lambda: os.mkdir(beside),
            "link": lambda: os.symlink("/etc", beside),
            "mode": lambda: os.chmod(path, 0),
            "time": lambda: os.utime(path, (0, 0)),
            "owner": lambda: os.chown(path, 1, 1),
            "attribute": lambda: os.setxattr(path, "user.x", b"y"),
            "shell": lambda: subprocess.run(["rm", "-f", path], check=True, capture_output=True),
            "itself": lambda: open(__file__, "a"),
            "library": lambda: open(os.path.join(os.path.dirname(os.__file__), "x.py"), "w"),
        }
        raise CannotRun(", ".join(f"{name}: {attempt(action)}" for name, action in tries.items()))
