"""Landlock: from now on this process and all that it starts reach only the files that they were given."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_TCP = 0b11  # bind and connect
_SCOPES = 0b11  # abstract sockets and signals


class Access(IntFlag):
    """Rights to files, as <linux/landlock.h> numbers them."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


READ = Access.READ_FILE | Access.READ_DIR | Access.EXECUTE
LIST = Access.READ_DIR
PIXELS = Access.READ_FILE | Access.READ_DIR | Access.WRITE_FILE
"""Files may be changed, but not made, removed or cut: the editor has them mapped and would crash."""
DEVICE = Access.READ_FILE | Access.READ_DIR | Access.WRITE_FILE | Access.IOCTL_DEV
WRITE = (
    READ
    | Access.WRITE_FILE
    | Access.REMOVE_DIR
    | Access.REMOVE_FILE
    | Access.MAKE_DIR
    | Access.MAKE_REG
    | Access.MAKE_FIFO
    | Access.MAKE_SYM
    | Access.REFER
    | Access.TRUNCATE
)
_OF_FILES = Access.EXECUTE | Access.WRITE_FILE | Access.READ_FILE | Access.TRUNCATE | Access.IOCTL_DEV


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be done with a file, or with a folder and all below it."""

    path: Path
    access: Access


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # what `_pack_` means; later versions of Python want it said
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


def restrict(version: int, rules: Iterable[Rule], *, network: bool) -> None:
    """Confines this thread and those it starts; there must be no other. Paths that do not exist are left out.

    Raises:
        OSError: where the kernel refuses; then nothing is restricted.
    """
    handled = handled_by(version)
    tcp = _TCP if version >= 4 and not network else 0
    scoped = _SCOPES if version >= 6 else 0
    ruleset = _Ruleset(handled, tcp, scoped)
    descriptor = _call(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(_size(version)), 0)
    try:
        for rule in rules:
            _add(descriptor, rule, handled)
        _call(_RESTRICT_SELF, descriptor, 0)
    finally:
        os.close(descriptor)


def handled_by(version: int) -> Access:
    """The rights that a version of Landlock knows and that are forbidden where no rule grants them."""
    known = Access((1 << 13) - 1)
    if version >= 2:
        known |= Access.REFER
    if version >= 3:
        known |= Access.TRUNCATE
    if version >= 5:
        known |= Access.IOCTL_DEV
    return known


def _size(version: int) -> int:
    """Of the structure as that version knows it."""
    return 24 if version >= 6 else 16 if version >= 4 else 8


def _add(ruleset: int, rule: Rule, handled: Access) -> None:
    try:
        descriptor = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this system
    try:
        access = rule.access & handled
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _OF_FILES
        if access:
            beneath = _PathBeneath(access, descriptor)
            _call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    answer = int(call(ctypes.c_long(number), *arguments))
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer
