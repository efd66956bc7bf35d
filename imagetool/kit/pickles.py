"""Reads a pickle as a list of instructions and follows none: what it would import, and which tensors it names.

A pickle is a program for a small machine with a stack. Here that machine runs on stand-ins: `GLOBAL` leaves a name
where the real one imports, `REDUCE` leaves a note where the real one calls. Nothing is imported, called or
allocated.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

MOST_INSTRUCTIONS = 5_000_000


class BadPickle(ValueError):
    """The instructions make no sense, or end too early."""


@dataclass(frozen=True, slots=True)
class Global:
    """Something that would be imported, as `module.name`."""

    path: str


@dataclass(frozen=True, slots=True)
class Storage:
    """The numbers behind a tensor: the type as torch names it, the key of their place, and how many there are."""

    kind: str
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class TensorNote:
    """A tensor that would be made, as a view of a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def needed(self) -> int:
        """How many numbers the storage must have."""
        if any(side == 0 for side in self.shape):
            return 0
        return 1 + self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.stride, strict=True))

    @property
    def count(self) -> int:
        """How many numbers the tensor has."""
        return math.prod(self.shape)


@dataclass(slots=True)
class Recipe:
    """What a pickle would do: the names it imports, in order, the tensors it makes, and what it leaves."""

    globals: list[str] = field(default_factory=list)
    storages: list[Storage] = field(default_factory=list)
    tensors: list[TensorNote] = field(default_factory=list)
    protocol: int = 0
    result: object = None


@dataclass(frozen=True, slots=True)
class _Call:
    function: object
    arguments: object


_MARK = object()
_UNKNOWN = object()


def read_recipe(stream: IO[bytes]) -> Recipe:
    """Reads one pickle from where the stream stands, to its end; whatever follows is left unread.

    Raises:
        BadPickle: where it is none, or a damaged one.
    """
    machine = _Machine()
    try:
        for number, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if number > MOST_INSTRUCTIONS:
                raise BadPickle("it has too many instructions")
            machine.step(opcode, argument)
    except (ValueError, LookupError, TypeError, OverflowError, MemoryError) as error:
        raise BadPickle(str(error)) from None
    return machine.recipe


class _Machine:
    """The stack, the memo, and what was noted."""

    def __init__(self) -> None:
        self.recipe = Recipe()
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def step(self, opcode: pickletools.OpcodeInfo, argument: Any) -> None:
        """Follows one instruction."""
        special = _SPECIAL.get(opcode.name)
        if special:
            special(self, argument)
        else:
            self._generic(opcode, argument)

    def to_mark(self) -> tuple[Any, ...]:
        """Takes what lies above the last mark."""
        taken = []
        while (value := self.stack.pop()) is not _MARK:
            taken.append(value)
        return tuple(reversed(taken))

    def _generic(self, opcode: pickletools.OpcodeInfo, argument: Any) -> None:
        """Takes and leaves as many values as the instruction does; constants are kept, the rest is unknown."""
        before, after = opcode.stack_before, opcode.stack_after
        if pickletools.markobject in before:
            self.to_mark()
            before = before[: before.index(pickletools.markobject)]
        for _ in before:
            self.stack.pop()
        constant = argument if opcode.arg is not None and not before else _UNKNOWN
        self.stack.extend(constant for _ in after)


def _import(machine: _Machine, path: str) -> None:
    machine.recipe.globals.append(path)
    machine.stack.append(Global(path))


def _on_global(machine: _Machine, argument: str) -> None:
    _import(machine, argument.replace(" ", ".", 1))


def _on_inst(machine: _Machine, argument: str) -> None:
    arguments = machine.to_mark()
    _import(machine, argument.replace(" ", ".", 1))
    machine.stack[-1] = _Call(machine.stack[-1], arguments)


def _on_stack_global(machine: _Machine, _: None) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    _import(machine, f"{_text(module)}.{_text(name)}")


def _on_extension(machine: _Machine, argument: int) -> None:
    _import(machine, f"copyreg.extension_{argument}")


def _on_tuple(machine: _Machine, _: None) -> None:
    machine.stack.append(machine.to_mark())


def _on_call(machine: _Machine, _: None) -> None:
    arguments, function = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(_Call(function, arguments))
    _note_tensor(machine, arguments if _is_rebuild(function) else None)


def _on_build(machine: _Machine, _: None) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    old = isinstance(target, _Call) and isinstance(target.function, Global)
    _note_tensor(machine, state if old and isinstance(state, tuple) and len(state) == 4 else None)


def _on_storage(machine: _Machine, _: None) -> None:
    storage = _storage(machine.stack.pop())
    if storage:
        machine.recipe.storages.append(storage)
    machine.stack.append(storage or _UNKNOWN)


def _note_tensor(machine: _Machine, arguments: object) -> None:
    match arguments:
        case (Storage() as storage, int(offset), tuple(shape), tuple(stride), *_):
            sides: list[Any] = [offset, *shape, *stride]
            if len(shape) != len(stride) or any(type(side) is not int or side < 0 for side in sides):
                raise BadPickle("a tensor has an impossible shape")
            machine.recipe.tensors.append(TensorNote(storage, offset, shape, stride))


def _on_mark(machine: _Machine, _: None) -> None:
    machine.stack.append(_MARK)


def _on_put(machine: _Machine, place: int) -> None:
    machine.memo[int(place)] = machine.stack[-1]


def _on_memoize(machine: _Machine, _: None) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _on_get(machine: _Machine, place: int) -> None:
    machine.stack.append(machine.memo[int(place)])


def _on_dup(machine: _Machine, _: None) -> None:
    machine.stack.append(machine.stack[-1])


def _on_protocol(machine: _Machine, number: int) -> None:
    machine.recipe.protocol = max(machine.recipe.protocol, number)


def _on_stop(machine: _Machine, _: None) -> None:
    machine.recipe.result = machine.stack.pop()


def _tuple_of(machine: _Machine, count: int) -> None:
    """The last values of the stack as one."""
    if count > len(machine.stack):
        raise BadPickle("a tuple has too few values")
    first = len(machine.stack) - count
    machine.stack[first:] = [tuple(machine.stack[first:])]


def _several(count: int) -> Callable[[_Machine, Any], None]:
    return lambda machine, _: _tuple_of(machine, count)


_SPECIAL: dict[str, Callable[[_Machine, Any], None]] = {
    "GLOBAL": _on_global,
    "INST": _on_inst,
    "STACK_GLOBAL": _on_stack_global,
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), _on_extension),
    "TUPLE": _on_tuple,
    "EMPTY_TUPLE": _several(0),
    "TUPLE1": _several(1),
    "TUPLE2": _several(2),
    "TUPLE3": _several(3),
    **dict.fromkeys(("REDUCE", "NEWOBJ"), _on_call),
    "BUILD": _on_build,
    "BINPERSID": _on_storage,
    "MARK": _on_mark,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _on_put),
    "MEMOIZE": _on_memoize,
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _on_get),
    "DUP": _on_dup,
    "PROTO": _on_protocol,
    "STOP": _on_stop,
}


def _is_rebuild(function: object) -> bool:
    return isinstance(function, Global) and function.path.startswith("torch._utils._rebuild_")


def _storage(identity: object) -> Storage | None:
    match identity:
        case ("storage" | b"storage", Global(kind), str() | bytes() | int() as key, _, int(count), *_):
            if count < 0:
                raise BadPickle("a storage has an impossible size")
            return Storage(kind, _text(key), count)
    return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, str | int) else "?"
