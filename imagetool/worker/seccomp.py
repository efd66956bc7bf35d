"""A filter of system calls, as the kernel takes it: a small program that answers a call instead of the kernel."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from imagetool.worker.syscall_numbers import ARCHITECTURES, number_of

_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_LOAD, _AND, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # <linux/bpf_common.h>
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000  # <linux/seccomp.h>
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16  # where they lie in `struct seccomp_data`
_X32_CALLS = 0x40000000  # from here on the numbers of a second way into the same calls
_ENOSYS = 38
_ALL_BITS = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Condition:
    """Of one argument's lower 32 bits: whether, under the mask, they are (or are not) one of some values."""

    argument: int
    values: tuple[int, ...]
    mask: int = _ALL_BITS
    among: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A call that meets all of the conditions is answered with that error; 0 pretends that it was done."""

    call: str
    error: int
    conditions: tuple[Condition, ...] = ()


@dataclass(slots=True)
class _Program:
    """Instructions (code, jump if true, jump if false, value); jumps are to labels until `assembled`."""

    steps: list[tuple[int, int, int, int]] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)

    def label(self) -> int:
        """A new place to jump to, not yet put anywhere; numbers below zero, so that 0 is “the next”."""
        self.places[-len(self.places) - 1] = -1
        return -len(self.places)

    def put(self, label: int) -> None:
        """The place is here."""
        self.places[label] = len(self.steps)

    def add(self, code: int, value: int, then: int = 0, otherwise: int = 0) -> None:
        """One instruction."""
        self.steps.append((code, then, otherwise, value))

    def assembled(self) -> list[tuple[int, int, int, int]]:
        """With distances for labels."""

        def distance(label: int, here: int) -> int:
            return self.places[label] - here - 1 if label else 0

        return [
            (code, distance(then, here), distance(otherwise, here), value)
            for here, (code, then, otherwise, value) in enumerate(self.steps)
        ]


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.c_void_p))


def compiled(rules: Sequence[Rule], machine: str) -> list[tuple[int, int, int, int]]:
    """The program for a processor; calls that it does not have are left out."""
    program = _Program()
    ours = program.label()
    program.add(_LOAD, _AT_ARCHITECTURE)
    program.add(_JUMP_IF_EQUAL, ARCHITECTURES[machine], then=ours)
    program.add(_RETURN, _KILL)
    program.put(ours)
    program.add(_LOAD, _AT_NUMBER)
    if machine == "x86_64":
        other = program.label()
        program.add(_JUMP_IF_AT_LEAST, _X32_CALLS, otherwise=other)
        program.add(_RETURN, _ERRNO | _ENOSYS)
        program.put(other)
    for call, cases in _by_call(rules).items():
        number = number_of(call, machine)
        if number is not None:
            _add_call(program, number, cases)
    program.add(_RETURN, _ALLOW)
    return program.assembled()


def install(rules: Sequence[Rule]) -> None:
    """Filters the calls of this process and of all that it starts; it must have given up new privileges before.

    Raises:
        OSError: where the kernel refuses; then nothing is filtered.
    """
    machine = platform.machine()
    steps = compiled(rules, machine)
    instructions = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    program = _Filter(len(steps), ctypes.cast(instructions, ctypes.c_void_p))
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    number = ctypes.c_long(number_of("seccomp", machine) or 0)
    if call(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _by_call(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    cases: dict[str, list[Rule]] = {}
    for rule in rules:
        cases.setdefault(rule.call, []).append(rule)
    return cases


def _add_call(program: _Program, number: int, cases: Sequence[Rule]) -> None:
    """The number is loaded before and, where it is another one, after."""
    another = program.label()
    program.add(_JUMP_IF_EQUAL, number, otherwise=another)
    for case in cases:
        missed = program.label()
        for condition in case.conditions:
            _add_condition(program, condition, missed)
        program.add(_RETURN, _ERRNO | case.error)
        program.put(missed)
    if all(case.conditions for case in cases):
        program.add(_RETURN, _ALLOW)
    program.put(another)


def _add_condition(program: _Program, condition: Condition, missed: int) -> None:
    """Goes on where it is met, to `missed` where it is not."""
    passed = program.label()
    program.add(_LOAD, _AT_ARGUMENTS + 8 * condition.argument)  # the lower half: both processors are little-endian
    if condition.mask != _ALL_BITS:
        program.add(_AND, condition.mask)
    for value in condition.values[:-1]:
        program.add(_JUMP_IF_EQUAL, value, then=passed if condition.among else missed)
    last = condition.values[-1]
    if condition.among:
        program.add(_JUMP_IF_EQUAL, last, otherwise=missed)
    else:
        program.add(_JUMP_IF_EQUAL, last, then=missed)
    program.put(passed)
