"""Checkpoints as `torch.save` writes them, looked through before torch is asked to open them."""

from __future__ import annotations

import itertools
import pickle
import re
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import torch

from imagetool.kit.checkpoint_errors import (
    CheckpointError,
    Damaged,
    ExportedProgram,
    HoldsCode,
    NeedsClass,
    OldTorchArchive,
    OtherFormat,
    TorchPackage,
    TorchScript,
    UnsafePickle,
    WholeProgram,
)
from imagetool.kit.pickles import BadPickle, Recipe, read_recipe

ZIP_MAGIC = b"PK\x03\x04"

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PICKLES = 5
_OLD_MEMBERS = 16
_SAFE_PROTOCOL = 2
_MOST_REPEATED = 4  # times the size of the file: tensors may share their numbers
_ALWAYS_BYTES = 2**26

_HARMLESS = re.compile(
    r"collections\.(OrderedDict|Counter)"
    r"|torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type_v2|torch\.serialization\._get_layout"
    r"|torch\.nn\.parameter\.Parameter|torch\.(Size|Tensor|device)"
    r"|torch\.(cuda\.|storage\.)?\w*(Storage|Tensor)"
    r"|torch\.(float|double|half|bfloat|int|uint|short|long|bool|complex|q|bits)\w*|torch\.per_\w+"
    r"|_codecs\.encode|(builtins|__builtin__)\.(bytearray|set|complex)"
)
_NETWORK = re.compile(r"torch\.nn\.(modules|parallel|quantized|qat|intrinsic)\.")
_DANGEROUS = re.compile(
    r"(os|posix|nt|ntpath|posixpath|sys|subprocess|_posixsubprocess|pty|commands|popen2|socket|shutil|builtins"
    r"|__builtin__|runpy|importlib|imp|pkgutil|code|codeop|ctypes|_ctypes|webbrowser|platform|timeit|bdb|pdb"
    r"|operator|_operator|functools|types|copyreg|marshal|pickle|_pickle|asyncio|multiprocessing|threading"
    r"|urllib|http|httplib|ssl|tempfile|io|_io|pathlib\.Path\.|numpy\.testing|torch\.(hub|jit|load|serialization"
    r"|ops|utils)|pip|setuptools|distutils|inspect|linecache|logging\.config|signal|cProfile|profile|trace)\b"
)


def read_zip(path: Path, stream: IO[bytes], size: int) -> Any:
    """What `torch.save` put into a zip; storages are mapped into memory where torch can do that.

    Raises:
        CheckpointError: the kind that fits, where it is something else, or more than weights.
    """
    entries = _entries(path, stream)
    _refuse_programs(path, entries)
    pickles = [name for name in entries if name.rpartition("/")[2] == "data.pkl"]
    if len(pickles) != 1 or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
        raise OtherFormat(path, "a zip archive", "unpack it, and choose the weights in it")
    recipe = _zipped_recipe(path, stream, pickles[0])
    _check_recipe(path, recipe, size)
    folder = pickles[0].removesuffix("data.pkl")
    held = {name.removeprefix(f"{folder}data/"): entry.file_size for name, entry in entries.items()}
    _check_tensors(path, recipe, size, held)
    mapped = not path.name.lower().endswith(
        ".safetensors"
    )  # torch would hand a file of that name to another reader
    return _load(path, stream, mapped=mapped)


def read_pickle(path: Path, stream: IO[bytes], size: int) -> Any:
    """What older versions of `torch.save` wrote: pickles, one after the other, then the numbers.

    Raises:
        CheckpointError: the kind that fits, where it is something else, or more than weights.
    """
    stream.seek(0)
    first = _recipe(path, stream)
    _check_recipe(path, first, size)
    if first.result != _LEGACY_MAGIC:
        raise UnsafePickle(path, "is a plain pickle and no checkpoint as torch saves it")
    for _ in range(_LEGACY_PICKLES - 1):
        recipe = _recipe(path, stream)
        _check_recipe(path, recipe, size)
        _check_tensors(path, recipe, size, None)
    return _load(path, stream, mapped=False)


def is_tar(stream: IO[bytes]) -> bool:
    """Whether it is a tar archive that is not compressed."""
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            return archive.next() is not None
    except (tarfile.TarError, ValueError, OSError):
        return False


def refuse_tar(path: Path, stream: IO[bytes]) -> CheckpointError:
    """Why a tar archive is not opened."""
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            names = {member.name for member in itertools.islice(archive, _OLD_MEMBERS)}
    except (tarfile.TarError, ValueError, OSError):
        return Damaged(path)
    if {"pickle", "storages", "tensors"} <= names:
        return OldTorchArchive(path)
    return OtherFormat(path, "a tar archive", "unpack it, and choose the weights in it")


def _entries(path: Path, stream: IO[bytes]) -> dict[str, zipfile.ZipInfo]:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Damaged(path) from None
    entries = {info.filename: info for info in infos}
    if len(entries) < len(infos):
        raise Damaged(path, "a name stands twice in its archive")
    return entries


def _zipped_recipe(path: Path, stream: IO[bytes], name: str) -> Recipe:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(name) as inner:
            return _recipe(path, inner)
    except (zipfile.BadZipFile, ValueError, RuntimeError, OSError):  # RuntimeError: it is encrypted
        raise Damaged(path) from None


def _refuse_programs(path: Path, entries: Iterable[str]) -> None:
    inner = [name.partition("/")[2] or name for name in entries]
    exported = ("serialized_exported_program.json", "archive_format", "aotinductor/", "models/model.json")
    if any(name.startswith(exported) or name in exported for name in [*inner, *entries]):
        raise ExportedProgram(path)
    if any(name.startswith(".data/extern_modules") for name in inner):
        raise TorchPackage(path)
    if any(name == "constants.pkl" or name.startswith("code/") or name == "model.json" for name in inner):
        raise TorchScript(path)


def _recipe(path: Path, stream: IO[bytes]) -> Recipe:
    try:
        return read_recipe(stream)
    except BadPickle:
        raise Damaged(path, "its list of tensors cannot be read") from None


def _check_recipe(path: Path, recipe: Recipe, size: int) -> None:
    foreign = [name for name in recipe.globals if not _HARMLESS.fullmatch(name)]
    code = [name for name in foreign if _DANGEROUS.match(name)]
    if code:
        raise HoldsCode(path, code[0])
    if any(_NETWORK.match(name) for name in foreign):
        own = [name for name in foreign if not name.startswith("torch.")]
        raise WholeProgram(path, (own or foreign)[0])
    if foreign:
        raise NeedsClass(path, foreign[0])
    if recipe.protocol > _SAFE_PROTOCOL:
        raise UnsafePickle(path, f"is a pickle of protocol {recipe.protocol}")
    if sum(_bytes(storage.kind, storage.count) for storage in {s.key: s for s in recipe.storages}.values()) > size:
        raise Damaged(path)


def _check_tensors(path: Path, recipe: Recipe, size: int, held: Mapping[str, int] | None) -> None:
    """`held` are the bytes at each key, where the container tells them."""
    for storage in recipe.storages:
        if held is not None and held.get(storage.key, -1) < _bytes(storage.kind, storage.count):
            raise Damaged(path)
    total = 0
    for tensor in recipe.tensors:
        total += _bytes(tensor.storage.kind, tensor.count)
        if tensor.needed > tensor.storage.count or total > _MOST_REPEATED * size + _ALWAYS_BYTES:
            shape = "×".join(str(side) for side in tensor.shape)
            raise Damaged(path, f"a tensor of {shape} numbers is more than it holds")


def _bytes(kind: str, count: int) -> int:
    sizes = {"Double": 8, "Long": 8, "Float": 4, "Int": 4, "ComplexFloat": 8, "ComplexDouble": 16}
    two = {"Half": 2, "BFloat16": 2, "Short": 2}
    name = kind.rpartition(".")[2].removesuffix("Storage")
    return count * (sizes | two).get(name, 1)


def _load(path: Path, stream: IO[bytes], *, mapped: bool) -> Any:
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they advise programmers
            source: Any = path if mapped else stream
            return torch.load(source, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise UnsafePickle(path, _reason(str(error))) from None
    except (RuntimeError, ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError, EOFError):
        raise Damaged(path, "torch cannot read it") from None


def _reason(text: str) -> str:
    named = re.search(r"GLOBAL (\S+)", text)
    return f"needs “{named[1]}”" if named else "is a pickle of an unknown kind"
