"""safetensors files: their header checked before anything is allocated, their tensors read and written."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from imagetool.kit.checkpoint_errors import BadTensor, Damaged

MOST_HEADER_BYTES = 32 * 1024**2

_BITS = {
    "BOOL": (torch.bool, 8),
    "U8": (torch.uint8, 8),
    "I8": (torch.int8, 8),
    "F8_E4M3": (torch.float8_e4m3fn, 8),
    "F8_E5M2": (torch.float8_e5m2, 8),
    "U16": (torch.uint16, 16),
    "I16": (torch.int16, 16),
    "F16": (torch.float16, 16),
    "BF16": (torch.bfloat16, 16),
    "U32": (torch.uint32, 32),
    "I32": (torch.int32, 32),
    "F32": (torch.float32, 32),
    "U64": (torch.uint64, 64),
    "I64": (torch.int64, 64),
    "F64": (torch.float64, 64),
}
_NAMES = {dtype: name for name, (dtype, _) in _BITS.items()}


def is_safetensors(start: bytes) -> bool:
    """Whether a file begins, in its first nine bytes or more, like a safetensors file."""
    return len(start) > 8 and start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= 100_000_000


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a file, on the CPU; their numbers may lie in the file.

    Raises:
        Damaged: where the header contradicts itself or the size of the file.
        BadTensor: where a tensor has a type of number that is not known.
    """
    with path.open("rb") as stream:
        _check(path, _header(path, stream), os.fstat(stream.fileno()).st_size)
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise Damaged(path, str(error)) from None


def read_metadata(path: Path) -> dict[str, str]:
    """The words in a file's header; empty where it is no safetensors file or has none."""
    with path.open("rb") as stream:
        if not is_safetensors(stream.read(9)):
            return {}
        stream.seek(0)
        words = _header(path, stream)[1].get("__metadata__")
    return {str(key): str(value) for key, value in words.items()} if isinstance(words, dict) else {}


def write_safetensors(tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Writes a new file tensor by tensor, readable by everybody; there is no file where it fails.

    Raises:
        FileExistsError: where the path is taken.
        OSError: where the disk is full.
    """
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))  # so all are aligned
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    begin = 0
    for name, tensor in ordered:
        end = begin + tensor.numel() * tensor.element_size()
        header[name] = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(len(text).to_bytes(8, "little") + text)
            for _, tensor in ordered:
                stream.write(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        path.chmod(0o644)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _header(path: Path, stream: IO[bytes]) -> tuple[int, dict[str, Any]]:
    length = int.from_bytes(stream.read(8), "little")
    if length > MOST_HEADER_BYTES:
        raise Damaged(path, f"its header claims {length} bytes")
    text = stream.read(length)
    if len(text) < length:
        raise Damaged(path)
    try:
        table = json.loads(text, object_pairs_hook=_without_duplicates)
    except _Duplicate as error:
        raise Damaged(path, str(error)) from None
    except (ValueError, RecursionError):
        raise Damaged(path, "its header is not valid JSON") from None
    if not isinstance(table, dict):
        raise Damaged(path, "its header is no table")
    return length, table


class _Duplicate(ValueError):
    """A name stands twice in the header: readers may disagree about which one counts."""


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Duplicate(f"“{next(name for name in names if names.count(name) > 1)}” stands twice in its header")
    return table


def _check(path: Path, header: tuple[int, dict[str, Any]], size: int) -> None:
    length, table = header
    spans = sorted((*_span(path, name, entry), name) for name, entry in table.items() if name != "__metadata__")
    reached = 0
    for begin, end, name in spans:
        if begin != reached:
            problem = "overlaps another tensor" if begin < reached else "leaves a gap before it"
            raise Damaged(path, f"“{name}” {problem}")
        reached = end
    if 8 + length + reached > size:
        raise Damaged(path)
    if 8 + length + reached < size:
        raise Damaged(path, "something follows after its last tensor")


def _span(path: Path, name: str, entry: Any) -> tuple[int, int]:
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(begin), int(end)]}:
            if kind not in _BITS:
                raise BadTensor(path, name, f"has numbers of the type {kind}, which is not known")
            if any(type(side) is not int or side < 0 for side in [*shape, begin, end]):
                raise Damaged(path, f"“{name}” has an impossible shape")
            if math.prod(shape) * _BITS[kind][1] // 8 != end - begin:
                raise Damaged(path, f"“{name}” has another size than its shape says")
            return begin, end
    raise Damaged(path, f"“{name}” is not described as a tensor")
