"""Opens weights that somebody else saved, by what the file is and not by its name, and runs nothing in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import torch
from torch import Tensor

from imagetool.kit.checkpoint_errors import (
    BadTensor,
    CheckpointError,
    Damaged,
    EmptyFile,
    LfsPointer,
    NoTensors,
    OtherFormat,
    TextFile,
    TooLarge,
    Unreadable,
)
from imagetool.kit.safetensor_files import is_safetensors, read_safetensors, write_safetensors
from imagetool.kit.state_dicts import weights_in
from imagetool.kit.torch_files import ZIP_MAGIC, is_tar, read_pickle, read_zip, refuse_tar

MOST_BYTES = 8 * 1000**3
MOST_TENSORS = 100_000

_LONGEST_NAME = 500
_LARGEST_EMPTY_SIDE = 65_536

_FORMATS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89HDF\r\n\x1a\n", "a file of Keras (HDF5)", "imagetool opens weights of torch"),
    (0, b"GGUF", "a GGUF file", "imagetool opens weights of torch"),
    (4, b"TFL3", "a TensorFlow Lite file", "imagetool opens weights of torch"),
    (0, b"\x93NUMPY", "an array of NumPy", "imagetool opens weights of torch"),
    (0, b"\x1f\x8b", "a compressed archive (gzip)", "unpack it first"),
    (0, b"BZh", "a compressed archive (bzip2)", "unpack it first"),
    (0, b"\xfd7zXZ\x00", "a compressed archive (xz)", "unpack it first"),
    (0, b"7z\xbc\xaf\x27\x1c", "a compressed archive (7z)", "unpack it first"),
    (0, b"Rar!", "a compressed archive (RAR)", "unpack it first"),
    (0, b"\x28\xb5\x2f\xfd", "a compressed archive (zstd)", "unpack it first"),
    (0, b"\x89PNG", "a picture", "open it in the window"),
    (0, b"\xff\xd8\xff", "a picture", "open it in the window"),
    (0, b"%PDF", "a document", "download the file itself"),
)


def read_checkpoint(path: Path, most_bytes: int = MOST_BYTES) -> dict[str, Tensor]:
    """The weights in a file: safetensors, or what `torch.save` writes, of any version, under any name.

    What surrounds them is taken off: tables such as `params_ema`, `state_dict` or `model` (averaged weights are
    preferred), and `module.` and `_orig_mod.` before the names.

    Returns:
        Tensors by name, in the file's own dtypes: dense, contiguous, finite, on the CPU, with memory of their own.

    Raises:
        CheckpointError: with the one sentence that says what the file is instead; `OtherFormat` and `TooLarge` of
            it where something else than this function may open it.
    """
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            saved = _saved(path, stream, size, most_bytes)
    except OSError as error:
        raise Unreadable(path, error) from None
    found = weights_in(saved)
    if not found:
        raise NoTensors(path)
    if len(found) > MOST_TENSORS:
        raise Damaged(path, f"it has {len(found)} tensors")
    return {name: _sound(path, name, value) for name, value in found.items()}


def write_checkpoint(tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Writes weights as a new safetensors file, tensor by tensor, with words about them in its header.

    Raises:
        FileExistsError: where the path is taken.
        OSError: where the disk is full; no file is left.
    """
    write_safetensors(tensors, path, metadata)


def _saved(path: Path, stream: IO[bytes], size: int, most_bytes: int) -> object:
    start = stream.read(1024)
    if not start:
        raise EmptyFile(path)
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        raise LfsPointer(path)
    for place, magic, what, advice in _FORMATS:
        if start[place:].startswith(magic):
            raise OtherFormat(path, what, advice)
    if _is_onnx(start):
        raise OtherFormat(path, "an ONNX model")
    if size > most_bytes:
        raise TooLarge(path, size, most_bytes)
    if start.startswith(ZIP_MAGIC):
        return read_zip(path, stream, size)
    if is_safetensors(start):
        return read_safetensors(path)
    if is_tar(stream):
        raise refuse_tar(path, stream)
    return _pickled_or_text(path, stream, size, start)


def _pickled_or_text(path: Path, stream: IO[bytes], size: int, start: bytes) -> object:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise TextFile(path, is_page=True)
    binary = start[:1] == b"\x80"
    try:
        return read_pickle(path, stream, size)
    except Damaged:
        if binary:
            raise
    readable = all(byte in b"\t\n\r\f" or 32 <= byte < 127 or byte >= 128 for byte in start)
    raise TextFile(path, is_page=False) if readable else OtherFormat(path, "a file of an unknown kind") from None


def _is_onnx(start: bytes) -> bool:
    """A protobuf that begins with a small version number and goes on with another field of a model."""
    return (
        len(start) > 2
        and start[0] == 0x08
        and start[1] < 64
        and start[2] in (0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42)
    )


def _sound(path: Path, name: str, value: Tensor) -> Tensor:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadTensor(path, name, "is no name of a tensor")
    if value.layout != torch.strided or value.is_quantized or value.is_complex() or value.is_nested:
        raise BadTensor(path, name, "is no plain table of real numbers")
    if value.is_meta:
        raise BadTensor(path, name, "has no numbers")
    if value.numel() == 0 and any(side > _LARGEST_EMPTY_SIDE for side in value.shape):
        raise BadTensor(path, name, "has an impossible shape")
    own = value.detach().clone(memory_format=torch.contiguous_format)
    if own.is_floating_point() and not bool(torch.isfinite(own if own.itemsize > 1 else own.float()).all()):
        raise BadTensor(path, name, "has values that are not finite numbers (NaN or infinity)")
    return own


__all__ = ["MOST_BYTES", "CheckpointError", "read_checkpoint", "write_checkpoint"]
