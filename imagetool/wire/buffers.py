"""Pixels between the processes: memory-mapped files in a private folder that the editor owns."""

from __future__ import annotations

import errno
import math
import mmap
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.wire.errors import NoRoomForPixels
from imagetool.wire.messages import BufferRef

FOLDER_PREFIX = "imagetool-pixels-"
_SPARE_BUFFERS = 4  # kept for the next job: touching fresh pages costs more than copying into used ones
_LARGEST_SPARE_BYTES = 64_000_000  # a larger one would hold memory that the next job may not need
_BAND_BYTES = 16_000_000


class Buffer:
    """One file, mapped; holds one array at a time, from the file's start."""

    def __init__(self, path: Path, capacity_bytes: int, *, found: bool = False) -> None:
        """A new file, filled with zeros, or, where it is `found`, one of that length that is there already.

        Raises:
            NoRoomForPixels: where the space cannot be reserved.
            OSError: where the file was to be found and cannot be used.
        """
        self.path = path
        self.capacity_bytes = capacity_bytes
        if found:
            self._map = _found(path, capacity_bytes)
        else:
            try:
                self._map = _mapped(path, capacity_bytes)
            except OSError:
                path.unlink(missing_ok=True)
                raise NoRoomForPixels(capacity_bytes, str(path.parent.parent)) from None
        self._shape: tuple[int, ...] = (0,)
        self._dtype: np.dtype[Any] = np.dtype(np.uint8)

    def shaped(self, shape: tuple[int, ...], dtype: Any) -> Buffer:
        """Makes the buffer hold an array of that form; the pixels are whatever was there before."""
        self._shape, self._dtype = shape, np.dtype(dtype)
        return self

    @property
    def ref(self) -> BufferRef:
        """How another process finds the array."""
        return BufferRef(str(self.path), self._shape, self._dtype.name)

    @property
    def array(self) -> NDArray[Any]:
        """The array itself, writable, shared with the worker; copy what is to be kept."""
        return np.ndarray(self._shape, self._dtype, buffer=self._map)

    @property
    def intact(self) -> bool:
        """Whether the file has the length that was reserved; reading a shorter one through its map is a crash."""
        try:
            return self.path.stat().st_size == self.capacity_bytes
        except OSError:
            return False

    def rest(self) -> None:
        """Takes the pages out of this process's memory until they are touched again; the pixels stay."""
        _rest(self._map)

    def copy_out(self) -> NDArray[Any]:
        """A copy of the array, made in bands; no more than one of the two stays in this process's memory.

        Raises:
            MemoryError: where there is no room for the copy.
        """
        array = self.array
        copied = np.empty_like(array)
        rows = max(1, _BAND_BYTES * len(array) // max(1, array.nbytes))
        for top in range(0, len(array), rows):
            copied[top : top + rows] = array[top : top + rows]
            self.rest()
        return copied

    def let_go(self) -> None:
        """Keeps the file and forgets it. Arrays taken from the buffer must be gone."""
        self._map.close()

    def close(self) -> None:
        """Gives the memory back. Arrays taken from the buffer must be gone."""
        self.let_go()
        self.path.unlink(missing_ok=True)


class BufferPool:
    """Hands out buffers and takes them back; used by one thread. The first of `parents` that has room is used."""

    def __init__(self, parents: Sequence[Path] | None = None) -> None:
        self._folders = _private_folders(_parents() if parents is None else parents)
        self._spare: list[Buffer] = []
        self._count = 0

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the buffers lie: private folders of this pool, memory first, disk last."""
        return tuple(self._folders)

    def take(self, shape: tuple[int, ...], dtype: Any) -> Buffer:
        """A buffer for an array of that form; its content is undefined.

        Raises:
            NoRoomForPixels: where the space cannot be reserved.
        """
        needed = max(1, math.prod(shape) * np.dtype(dtype).itemsize)
        fitting = [buffer for buffer in self._spare if needed <= buffer.capacity_bytes <= 4 * needed]
        if fitting:
            buffer = min(fitting, key=lambda spare: spare.capacity_bytes)
            self._spare.remove(buffer)
            return buffer.shaped(shape, dtype)
        try:
            return self._made(needed).shaped(shape, dtype)
        except NoRoomForPixels:
            self.trim()
            return self._made(needed).shaped(shape, dtype)

    def give_back(self, buffer: Buffer) -> None:
        """Takes a buffer back for later jobs, unless it is large."""
        if not buffer.intact or buffer.capacity_bytes > _LARGEST_SPARE_BYTES:
            buffer.close()
            return
        self._spare.append(buffer)
        while len(self._spare) > _SPARE_BUFFERS:
            self._spare.pop(0).close()

    def trim(self) -> None:
        """Gives the memory of all buffers back that nobody uses."""
        while self._spare:
            self._spare.pop().close()

    def close(self) -> None:
        """Gives all memory back and removes the folders."""
        self.trim()
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _made(self, capacity_bytes: int) -> Buffer:
        """A new buffer in the first folder that has room for it."""
        self._count += 1
        refused = NoRoomForPixels(capacity_bytes, tempfile.gettempdir())
        for folder in self._folders:
            try:
                return Buffer(folder / f"{self._count}.pixels", capacity_bytes)
            except NoRoomForPixels as error:
                refused = error
        raise refused


def open_array(ref: BufferRef, *, writable: bool) -> NDArray[Any]:
    """The array at `ref`, mapped into this process.

    Raises:
        ValueError: where the file is smaller than the array.
        OSError: where there is no such file.
    """
    needed = math.prod(ref.shape) * np.dtype(ref.dtype).itemsize
    with Path(ref.path).open("rb+" if writable else "rb") as file:
        if os.fstat(file.fileno()).st_size < needed:
            raise ValueError(f"the buffer is smaller than {ref.shape} of {ref.dtype}")
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        mapped = mmap.mmap(file.fileno(), needed, access=access)
    return np.ndarray(ref.shape, np.dtype(ref.dtype), buffer=mapped)


def rest(array: NDArray[Any]) -> None:
    """Takes the pages of an `open_array` out of this process's memory until they are touched again."""
    base = array.base
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap):
        _rest(base)


def sweep_leftovers(parents: Sequence[Path] | None = None) -> None:
    """Removes the pixel folders of editors that were killed; called once at the start."""
    for parent in _parents() if parents is None else parents:
        for folder in parent.glob(f"{FOLDER_PREFIX}*"):
            pid = folder.name.removeprefix(FOLDER_PREFIX).split("-")[0]
            if pid.isdigit() and not _alive(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))


def _parents() -> tuple[Path, ...]:
    """Memory where the system shows it as a folder, then disk: in a container the first may hold 64 MB only."""
    return Path("/dev/shm"), Path(tempfile.gettempdir())  # noqa: S108 - mkdtemp makes a private folder in it


def _private_folders(parents: Sequence[Path]) -> list[Path]:
    """A new folder in each of the places that let us make one."""
    folders = []
    for parent in parents:
        try:
            folders.append(Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=parent)))
        except OSError:
            pass  # the next one may do; where none does, `take` says so
    return folders


def _mapped(path: Path, size_bytes: int) -> mmap.mmap:
    """A new file with its space taken now: a full disk is an error here, where later it would be a SIGBUS."""
    with path.open("xb+") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size_bytes)
        else:
            os.truncate(file.fileno(), size_bytes)
        return mmap.mmap(file.fileno(), size_bytes)


def _found(path: Path, size_bytes: int) -> mmap.mmap:
    """A file that is there already; a shorter one would be a SIGBUS later."""
    with path.open("rb+") as file:
        if os.fstat(file.fileno()).st_size != size_bytes:
            raise OSError(errno.EINVAL, "not of the length that was expected", str(path))
        return mmap.mmap(file.fileno(), size_bytes)


def _rest(mapped: mmap.mmap) -> None:
    if hasattr(mapped, "madvise"):  # a shared mapping: what was written is in the file already
        mapped.madvise(mmap.MADV_DONTNEED)
