"""The sandbox as older kernels have it, tried on this one: what Landlock lacks, the filter of calls does."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from imagetool.jobs.protection import can_filter_calls, landlock_version
from imagetool.worker.forbidden_calls import forbidden_calls
from imagetool.worker.seccomp import Condition, Rule, compiled
from imagetool.worker.syscall_numbers import ARCHITECTURES, NUMBERS, number_of

ROOT = Path(__file__).parents[2]
SCRIPT = """
import ctypes, json, os, signal, sys
sys.path.append({root!r})
from imagetool.worker import landlock, seccomp
from imagetool.worker.forbidden_calls import forbidden_calls
from imagetool.worker.limits import give_up_privileges
from imagetool.worker.needed_paths import needed
from pathlib import Path

version, folder = {version}, Path({folder!r})
give_up_privileges()
rules = [
    landlock.Rule(folder / "own", landlock.WRITE),
    landlock.Rule(folder / "pixels", landlock.PIXELS),
    *needed((), ()),
]
landlock.restrict(version, rules, network=False)
seccomp.install(forbidden_calls(os.getpid(), version, network=False))

def came(action):
    try:
        action()
        return "done"
    except OSError as error:
        return type(error).__name__

secret, pixels = str(folder / "secret"), str(folder / "pixels" / "1")
tries = {{
    "read": lambda: open(secret).read(),
    "write": lambda: open(secret, "a"),
    "truncate": lambda: os.truncate(secret, 0),
    "cut": lambda: os.open(secret, os.O_RDONLY | os.O_TRUNC),
    "remove": lambda: os.remove(secret),
    "rename": lambda: os.rename(secret, folder / "own" / "x"),
    "make": lambda: open(folder / "pixels" / "2", "x"),
    "signal": lambda: os.kill(os.getppid(), signal.SIGCONT),
    "group": lambda: os.kill(-1, signal.SIGCONT),
    "own": lambda: (folder / "own" / "a").write_text("x"),
    "changed": lambda: open(pixels, "rb+").write(b"y"),
    "itself": lambda: os.kill(os.getpid(), 0),
    "missing": lambda: ctypes.CDLL(None).getpid(),
}}
print(json.dumps({{name: came(action) for name, action in tries.items()}}))
"""
ALLOWED = {"own", "changed", "itself", "missing"}
needs_landlock = pytest.mark.skipif(
    landlock_version() == 0 or not can_filter_calls(), reason="this kernel has no Landlock, or filters no calls"
)


@needs_landlock
@pytest.mark.parametrize("version", range(1, 8))
def test_every_version_keeps_a_process_in(tmp_path: Path, version: int) -> None:
    if version > landlock_version():
        pytest.skip(f"this kernel has version {landlock_version()} of Landlock")
    for name in ("own", "pixels"):
        (tmp_path / name).mkdir()
    (tmp_path / "pixels" / "1").write_text("xxx")
    (tmp_path / "secret").write_text("secret")
    script = SCRIPT.format(root=str(ROOT), version=version, folder=str(tmp_path))
    told = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    came: dict[str, str] = json.loads(told.stdout)
    assert {name for name, how in came.items() if how == "done"} - {"group"} == ALLOWED, came
    assert (tmp_path / "secret").read_text() == "secret"
    assert (tmp_path / "pixels" / "1").read_text() == "yxx"


def answer(program: list[tuple[int, int, int, int]], data: dict[int, int]) -> int:
    """What the kernel would answer: the few instructions that are used, carried out."""
    here, held = 0, 0
    while True:
        code, then, otherwise, value = program[here]
        here += 1
        match code:
            case 0x20:
                held = data.get(value, 0)
            case 0x54:
                held &= value
            case 0x15:
                here += then if held == value else otherwise
            case 0x35:
                here += then if held >= value else otherwise
            case 0x06:
                return value
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
PID = 77
CALLS: list[tuple[str, tuple[int, ...], Any]] = [
    # call, its arguments, the error (None: allowed)
    ("ptrace", (), 1),
    ("bpf", (), 1),
    ("clone3", (), 38),
    ("setsid", (), 0),
    ("fchmodat", (), 0),
    ("clone", (0x3D0F00,), None),  # a thread
    ("clone", (0x01200011,), None),  # a child
    ("clone", (0x10000011,), 1),  # a child in a user namespace of its own
    ("clone", (0x8011,), 1),  # a child of the editor's
    ("socketpair", (1, 1 | 0x80000), None),
    ("socketpair", (1, 2 | 0x80000), 13),
    ("fcntl", (5, 8, PID), 1),
    ("fcntl", (5, 1), None),
    ("fallocate", (5, 0), None),
    ("fallocate", (5, 3), 95),
    ("madvise", (0, 0, 4), None),
    ("madvise", (0, 0, 9), 22),
    ("prlimit64", (0,), None),
    ("prlimit64", (PID,), None),
    ("prlimit64", (1,), 1),
    ("setpriority", (0, 0, 5), None),
    ("setpriority", (2, 0, 5), 1),
    ("setpriority", (0, 1, 5), 1),
    ("personality", (0xFFFFFFFF,), None),
    ("personality", (0x40000,), 1),
]
OLD: list[tuple[str, tuple[int, ...], Any]] = [
    ("kill", (PID, 9), None),
    ("kill", (1, 9), 1),
    ("kill", (0xFFFFFFFF, 9), 1),
    ("tgkill", (PID, 80, 6), None),
    ("tkill", (1, 9), 1),
    ("truncate", (), 13),
    ("openat", (0, 0, 0o1000), 13),
    ("openat", (0, 0, 0o1001), None),
    ("openat", (0, 0, 0o1102), None),
    ("openat", (0, 0, 0), None),
]


def data_of(call: str, arguments: tuple[int, ...], machine: str) -> dict[int, int]:
    number = number_of(call, machine)
    assert number is not None
    return {0: number, 4: ARCHITECTURES[machine], **{16 + 8 * at: word for at, word in enumerate(arguments)}}


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_calls_are_answered_as_they_should_be(machine: str) -> None:
    new = compiled(forbidden_calls(PID, 7, network=False), machine)
    old = compiled(forbidden_calls(PID, 1, network=False), machine)
    for program, calls in ((new, CALLS), (old, CALLS + OLD)):
        for call, arguments, error in calls:
            expected = ALLOW if error is None else ERRNO | error
            assert answer(program, data_of(call, arguments, machine)) == expected, (call, arguments)
    for call, arguments, _ in OLD:
        assert answer(new, data_of(call, arguments, machine)) == ALLOW, "Landlock sees to it, and sees more"


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_permission_for_the_network_opens_nothing_else(machine: str) -> None:
    programs = {leave: compiled(forbidden_calls(PID, 7, network=leave), machine) for leave in (True, False)}
    for domain, allowed in ((2, True), (10, True), (1, False), (16, False), (17, False)):
        data = data_of("socket", (domain, 1), machine)
        assert answer(programs[False], data) == ERRNO | 13
        assert answer(programs[True], data) == (ALLOW if allowed else ERRNO | 13)
    assert answer(programs[True], data_of("listen", (), machine)) == ERRNO | 13


def test_another_way_into_the_kernel_is_closed() -> None:
    program = compiled(forbidden_calls(PID, 7, network=False), "x86_64")
    assert answer(program, {0: 101, 4: 0x40000003}) == KILL, "the calls of 32-bit programs have other numbers"
    assert answer(program, {0: 0x40000000 + 41, 4: ARCHITECTURES["x86_64"]}) == ERRNO | 38
    assert answer(program, {0: 0, 4: ARCHITECTURES["x86_64"]}) == ALLOW


def test_jumps_stay_within_what_the_kernel_takes() -> None:
    for machine in ARCHITECTURES:
        program = compiled(forbidden_calls(PID, 1, network=True), machine)
        assert len(program) < 4096
        assert all(0 <= then < 256 and 0 <= otherwise < 256 for _, then, otherwise, _ in program)


def test_a_rule_with_several_conditions_needs_all_of_them() -> None:
    rule = Rule("kill", 1, (Condition(0, (1, 2, 3)), Condition(1, (9,), among=False)))
    program = compiled([rule], "aarch64")
    for pid, number, refused in ((1, 15, True), (3, 15, True), (4, 15, False), (2, 9, False)):
        said = answer(program, data_of("kill", (pid, number), "aarch64"))
        assert said == (ERRNO | 1 if refused else ALLOW)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the header of this processor's calls is not looked up")
def test_the_numbers_are_those_of_the_system() -> None:
    for header, place in (("x86_64-linux-gnu/asm/unistd_64.h", 0), ("asm-generic/unistd.h", 1)):
        path = Path("/usr/include") / header
        if not path.exists():
            pytest.skip(f"{path} is not installed")
        defined = {
            line.split()[1].removeprefix("__NR_").removeprefix("__NR3264_"): line.split()[2]
            for line in path.read_text().splitlines()
            if line.startswith(("#define __NR_", "#define __NR3264_")) and len(line.split()) > 2
        }
        for call, numbers in NUMBERS.items():
            if defined.get(call, "").isdigit():
                assert numbers[place] == int(defined[call]), call
