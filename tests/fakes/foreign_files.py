"""Files of weights as other people make them, and pickles that try to create a file when they are opened."""

from __future__ import annotations

import io
import os
import pickle
import pickletools
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

SUFFIXES = (".pth", ".pt", ".ckpt", ".bin", ".safetensors", ".pth.tar", ".zip", ".pkl", ".pt2", "")


class Trap:
    """Runs a shell command where it is unpickled: it creates the canary."""

    def __init__(self, canary: Path) -> None:
        self._command = f"touch '{canary}'"

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self._command,)


def weights(seed: int = 1) -> dict[str, Tensor]:
    """A few tensors of different types and shapes."""
    generator = torch.Generator().manual_seed(seed)
    return {
        "conv.weight": torch.randn(4, 3, 3, 3, generator=generator),
        "conv.bias": torch.randn(4, generator=generator).half(),
        "norm.num_batches_tracked": torch.tensor(7),
    }


def written(tmp_path: Path, content: bytes, name: str = "a.pth") -> Path:
    """Writes it to a file."""
    path = tmp_path / name
    path.write_bytes(content)
    return path


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """Whether tensors are equal, in type too, and each is whole, on the CPU, in memory of its own."""
    assert found.keys() == expected.keys()
    for name, tensor in found.items():
        assert tensor.dtype == expected[name].dtype
        assert torch.equal(tensor, expected[name])
        assert tensor.is_contiguous()
        assert tensor.device.type == "cpu"
        assert not tensor.requires_grad
        assert tensor.untyped_storage().nbytes() == tensor.numel() * tensor.itemsize


def saved(content: object, *, legacy: bool = False) -> bytes:
    """The bytes that `torch.save` writes."""
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """What lies in one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tarred(entries: dict[str, bytes]) -> bytes:
    """A tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def from_cuda(content: bytes) -> bytes:
    """What `torch.save` writes of tensors on a GPU, made of what it writes of tensors in memory."""
    here, there = _text("cpu"), _text("cuda:0")
    if content.startswith(b"PK"):
        entries = unzipped(content)
        return zipped({name: data.replace(here, there) for name, data in entries.items()})
    return content.replace(here, there)


def traps() -> dict[str, Callable[[Path], bytes]]:
    """Kinds of files that hold a trap, by name; each is made for one canary."""
    return {
        **{f"plain {n}": lambda canary, n=n: pickle.dumps(Trap(canary), n) for n in range(6)},  # type: ignore[misc]
        "torch": lambda canary: saved({"state_dict": weights(), "callbacks": Trap(canary)}),
        "torch legacy": lambda canary: saved({"params": weights(), "more": Trap(canary)}, legacy=True),
        "legacy header": lambda canary: _legacy_parts(2, pickle.dumps(Trap(canary), 2)),
        "legacy keys": lambda canary: _legacy_parts(4, pickle.dumps(Trap(canary), 2)),
        "legacy tar": lambda canary: tarred({name: pickle.dumps(Trap(canary), 2) for name in _OLD}),
        "bare zip": lambda canary: zipped({"data.pkl": pickle.dumps(Trap(canary), 2)}),
        "compressed zip": lambda canary: zipped(
            {"a/data.pkl": pickle.dumps(Trap(canary), 2)}, zipfile.ZIP_DEFLATED
        ),
        "torch with a network": lambda canary: saved([torch.nn.Conv2d(1, 1, 1), Trap(canary)]),
        "eval": lambda canary: pickle.dumps(_Eval(canary), 4),
        "old instance": lambda canary: b"(S'touch " + str(canary).encode() + b"'\niposix\nsystem\n.",
        "behind text": lambda canary: b"\n\n" + pickle.dumps(Trap(canary), 0),
    }


_OLD = ("storages", "tensors", "pickle")


class _Eval:
    def __init__(self, canary: Path) -> None:
        self._code = f"open({str(canary)!r}, 'w').close()"

    def __reduce__(self) -> tuple[object, ...]:
        return eval, (self._code,)


def _legacy_parts(place: int, trap: bytes) -> bytes:
    """A checkpoint of the old form, with one of the pickles that it consists of exchanged."""
    stream = io.BytesIO(saved(weights(), legacy=True))
    parts = []
    for _ in range(5):
        begin = stream.tell()
        for _ in pickletools.genops(stream):
            pass
        parts.append(stream.getvalue()[begin : stream.tell()])
    parts[place] = trap
    return b"".join(parts) + stream.read()


def _text(word: str) -> bytes:
    return b"X" + len(word).to_bytes(4, "little") + word.encode()
