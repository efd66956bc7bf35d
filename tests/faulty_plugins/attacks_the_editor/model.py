"""A plugin that signals, slows and looks into the process that started it."""

import ctypes
import os
import resource
import signal

from imagetool.plugin import CannotRun, Inpainter

C = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE = 0x4206


def attempt(action):
    try:
        action()
        return "done"
    except Exception as error:
        return type(error).__name__


def call(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        editor = os.getppid()
        tries = {
            "signal": lambda: os.kill(editor, signal.SIGUSR1),
            "group": lambda: os.killpg(os.getpgid(editor), signal.SIGWINCH),
            "everyone": lambda: os.kill(-1, signal.SIGWINCH),
            "pidfd": lambda: signal.pidfd_send_signal(os.pidfd_open(editor), signal.SIGUSR1),
            "limit": lambda: resource.prlimit(editor, resource.RLIMIT_NOFILE, (64, 64)),
            "priority": lambda: os.setpriority(os.PRIO_PROCESS, editor, 19),
            "users": lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19),
            "scheduler": lambda: os.sched_setscheduler(editor, os.SCHED_IDLE, os.sched_param(0)),
            "ptrace": lambda: call(C.ptrace, PTRACE_SEIZE, editor, None, None),
            "memory": lambda: call(C.process_vm_readv, editor, None, 0, None, 0, 0),
            "mount": lambda: call(C.mount, b"none", b"/tmp", b"tmpfs", 0, None),
            "namespace": lambda: call(C.unshare, 0x10000000),
            "chroot": lambda: os.chroot("/tmp"),
            "segment": lambda: call(C.shmget, 0, 4096, 0o1600),
        }
        raise CannotRun(", ".join(f"{name}: {attempt(action)}" for name, action in tries.items()))
