from __future__ import annotations

import pickle
import zipfile
from argparse import Namespace
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_safetensors
from torch import Tensor, nn

from imagetool.kit import checkpoint_errors as errors
from imagetool.kit.checkpoints import read_checkpoint
from tests.fakes.foreign_files import (
    SUFFIXES,
    Trap,
    assert_same,
    from_cuda,
    saved,
    tarred,
    traps,
    unzipped,
    weights,
    written,
    zipped,
)

ASK = "ask its author for the weights alone, best as safetensors"


def prefixed(prefix: str) -> dict[str, Tensor]:
    return {prefix + name: value for name, value in weights().items()}


FORMS: list[tuple[str, Callable[[], object]]] = [
    ("flat", weights),
    ("ordered", lambda: OrderedDict(weights())),
    ("params", lambda: {"params": weights()}),
    ("averaged first", lambda: {"params": weights(2), "params_ema": weights()}),
    ("lightning", lambda: {"epoch": 3, "state_dict": weights(), "optimizer_states": [{"state": weights(2)}]}),
    ("model", lambda: {"model": weights(), "optimizer": {"state": {0: {"exp_avg": torch.zeros(9)}}}}),
    ("averages inside", lambda: {"ema": {"decay": 0.99, "shadow": weights()}, "model": weights(2)}),
    ("adversarial", lambda: {"netG": weights(), "netD": weights(2)}),
    ("another name", lambda: {"enhancer": weights(), "step": 5, "discriminator": weights(2) | prefixed("d.")}),
    ("parallel", lambda: prefixed("module.")),
    ("compiled", lambda: {"state_dict": prefixed("_orig_mod.module.")}),
    ("with numbers", lambda: weights() | {"epoch": 3, "name": "x", "scale": None}),
    ("parameters", lambda: {name: nn.Parameter(v, v.is_floating_point()) for name, v in weights().items()}),
]


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("make", [row[1] for row in FORMS], ids=[row[0] for row in FORMS])
def test_weights_are_found_in_what_surrounds_them(
    tmp_path: Path, make: Callable[[], object], legacy: bool
) -> None:
    assert_same(read_checkpoint(written(tmp_path, saved(make(), legacy=legacy))), weights())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
def test_a_checkpoint_is_known_by_its_content(tmp_path: Path, suffix: str, kind: str) -> None:
    content = save_safetensors(weights()) if kind == "safetensors" else saved(weights(), legacy=kind == "legacy")
    assert_same(read_checkpoint(written(tmp_path, content, f"net{suffix}")), weights())


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_tensors_that_lay_on_a_gpu_come_to_the_cpu(tmp_path: Path, legacy: bool) -> None:
    content = from_cuda(saved(weights(), legacy=legacy))
    assert b"cuda:0" in content
    assert_same(read_checkpoint(written(tmp_path, content)), weights())


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_views_get_memory_of_their_own(tmp_path: Path, legacy: bool) -> None:
    whole = torch.arange(24.0).reshape(4, 6)
    state = {
        "rows": whole[1:3],
        "turned": whole.T,
        "same": whole,
        "again": whole,
        "wide": whole[:, :1].expand(4, 6),
    }
    found = read_checkpoint(written(tmp_path, saved(state, legacy=legacy)))
    assert_same(found, {name: value.contiguous() for name, value in state.items()})
    assert len({value.data_ptr() for value in found.values()}) == len(found)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", traps())
def test_code_in_a_pickle_never_runs(tmp_path: Path, kind: str, suffix: str) -> None:
    canary = tmp_path / "canary"
    path = written(tmp_path, traps()[kind](canary), f"net{suffix}")
    with pytest.raises(errors.CheckpointError):
        read_checkpoint(path)
    assert not canary.exists()


def test_the_trap_would_work(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickle.loads(pickle.dumps(Trap(canary)))  # noqa: S301 - this is what must not happen elsewhere
    assert canary.exists()


def test_the_sentence_names_what_would_be_called(tmp_path: Path) -> None:
    path = written(tmp_path, saved({"params": weights(), "x": Trap(tmp_path / "canary")}), "net.pth")
    with pytest.raises(errors.HoldsCode) as caught:
        read_checkpoint(path)
    assert caught.value.name == "posix.system"
    assert str(caught.value) == (
        "“net.pth” is a pickle that would call “posix.system” when it is opened, so it was not opened: "
        + ASK
        + "."
    )


def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU())


def scripted(suffix: str) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        path = folder / f"scripted{suffix}"
        if suffix == ".pt2":
            torch.export.save(torch.export.export(network(), (torch.rand(1, 3, 8, 8),)), path)
        else:
            torch.jit.trace(network(), torch.rand(1, 3, 8, 8)).save(str(path))  # type: ignore[no-untyped-call]
        return path.read_bytes()

    return make


def just(content: object) -> Callable[[Path], bytes]:
    return lambda folder: content if isinstance(content, bytes) else saved(content)


POINTER = (
    "is not the weights but a Git LFS pointer to them: run “git lfs pull”, or download the file itself from the "
    "page of its repository"
)
AGAIN = "download it again, with the link to the file itself"
WHOLE = (
    "was saved as a whole program object (“torch.nn.modules.container.Sequential”), not as weights: ask its "
    "author for a state dict, best as safetensors"
)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:7485942d\nsize 131354118\n"
NAN = {"a.weight": torch.tensor([1.0, float("nan")])}
INFINITE = {"a.weight": torch.tensor([1.0, float("inf")]).half()}
COMPLEX = {"a.weight": torch.zeros(2, dtype=torch.complex64)}
SPARSE = {"a.weight": torch.eye(2).to_sparse()}
PACKAGE = zipped({"p/.data/extern_modules": b"torch", "p/net.py": b"X = 1", "p/m/m.pkl": b"."})

REFUSED: list[tuple[str, Callable[[Path], bytes], type[errors.CheckpointError], str]] = [
    ("empty", just(b""), errors.EmptyFile, "is empty: download it again"),
    (
        "pointer",
        just(LFS),
        errors.LfsPointer,
        POINTER,
    ),
    (
        "page",
        just(b"\n<!DOCTYPE html><html><body>404</body></html>"),
        errors.TextFile,
        f"is a web page that was saved in place of the weights: {AGAIN}",
    ),
    (
        "text",
        just(b'{"error": "Repository not found"}'),
        errors.TextFile,
        f"is a text, not weights: {AGAIN}",
    ),
    (
        "whole network",
        just(network()),
        errors.WholeProgram,
        WHOLE,
    ),
    (
        "whole network, legacy",
        lambda folder: saved({"model": network()}, legacy=True),
        errors.WholeProgram,
        WHOLE,
    ),
    (
        "odd class",
        just({"state_dict": weights(), "hyper_parameters": Namespace(lr=1)}),
        errors.NeedsClass,
        f"cannot be opened without running the code of “argparse.Namespace”, so it was not opened: {ASK}",
    ),
    (
        "scalar of NumPy",
        just({"state_dict": weights(), "best": np.float64(31.7)}),
        errors.NeedsClass,
        "cannot be opened without running the code of “numpy._core.multiarray.scalar”, so it was not opened: "
        + ASK,
    ),
    (
        "protocol 4",
        lambda folder: _with_protocol_4(),
        errors.UnsafePickle,
        f"is a pickle of protocol 4, which cannot be opened safely: {ASK}",
    ),
    (
        "plain pickle",
        lambda folder: pickle.dumps({"a": [1.0, 2.0]}, 2),
        errors.UnsafePickle,
        f"is a plain pickle and no checkpoint as torch saves it, which cannot be opened safely: {ASK}",
    ),
    (
        "TorchScript",
        scripted(".pt"),
        errors.TorchScript,
        f"is a TorchScript program, which brings code of its own and is not run: {ASK}",
    ),
    (
        "exported",
        scripted(".pt2"),
        errors.ExportedProgram,
        f"is a program exported by torch (.pt2), which is not run: {ASK}",
    ),
    (
        "package",
        just(PACKAGE),
        errors.TorchPackage,
        f"is a torch.package archive, which brings Python code and is not run: {ASK}",
    ),
    (
        "first torch",
        lambda folder: tarred({"storages": b".", "tensors": b".", "pickle": b"."}),
        errors.OldTorchArchive,
        f"is an archive of the first versions of torch, which cannot be opened safely: {ASK}",
    ),
    (
        "ONNX",
        just(b"\x08\x07\x12\x07pytorch" + bytes(99)),
        errors.OtherFormat,
        "is an ONNX model, not a checkpoint",
    ),
    (
        "Keras",
        just(b"\x89HDF\r\n\x1a\n" + bytes(99)),
        errors.OtherFormat,
        "is a file of Keras (HDF5), not a checkpoint: imagetool opens weights of torch",
    ),
    (
        "zip",
        just(zipped({"net.pth": saved(weights())})),
        errors.OtherFormat,
        "is a zip archive, not a checkpoint: unpack it, and choose the weights in it",
    ),
    (
        "tar",
        lambda folder: tarred({"net.pth": saved(weights())}),
        errors.OtherFormat,
        "is a tar archive, not a checkpoint: unpack it, and choose the weights in it",
    ),
    (
        "noise",
        just(bytes(range(1, 251)) * 9),
        errors.OtherFormat,
        "is a file of an unknown kind, not a checkpoint",
    ),
    (
        "half a zip",
        lambda folder: saved(weights())[:700],
        errors.Damaged,
        "is damaged (its end is missing): download it again",
    ),
    (
        "half a legacy file",
        lambda folder: saved(weights(), legacy=True)[:-200],
        errors.Damaged,
        "is damaged (torch cannot read it): download it again",
    ),
    (
        "half a pickle",
        lambda folder: saved(weights(), legacy=True)[:100],
        errors.Damaged,
        "is damaged (its list of tensors cannot be read): download it again",
    ),
    (
        "NaN",
        just(NAN),
        errors.BadTensor,
        "cannot be used: “a.weight” has values that are not finite numbers (NaN or infinity)",
    ),
    (
        "infinity",
        lambda folder: save_safetensors(INFINITE),
        errors.BadTensor,
        "cannot be used: “a.weight” has values that are not finite numbers (NaN or infinity)",
    ),
    ("complex", just(COMPLEX), errors.BadTensor, "cannot be used: “a.weight” is no plain table of real numbers"),
    ("sparse", just(SPARSE), errors.BadTensor, "cannot be used: “a.weight” is no plain table of real numbers"),
    (
        "no tensors",
        just({"epoch": 3}),
        errors.NoTensors,
        "holds no tensors with names, so there are no weights in it",
    ),
    (
        "a list",
        just([torch.zeros(3)]),
        errors.NoTensors,
        "holds no tensors with names, so there are no weights in it",
    ),
    (
        "only an optimiser",
        just({"optimizer": weights()}),
        errors.NoTensors,
        "holds no tensors with names, so there are no weights in it",
    ),
]


def _with_protocol_4() -> bytes:
    import io

    buffer = io.BytesIO()
    torch.save(weights(), buffer, pickle_protocol=4)
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")  # torch.jit is old
@pytest.mark.parametrize(("make", "kind", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_what_is_no_checkpoint_is_refused_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], bytes], kind: type[errors.CheckpointError], said: str, suffix: str
) -> None:
    path = written(tmp_path, make(tmp_path), f"net{suffix}")
    with pytest.raises(errors.CheckpointError) as caught:
        read_checkpoint(path)
    assert str(caught.value) == f"“net{suffix}” {said}."
    assert type(caught.value) is kind


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("claimed", [258, 0x70000000])
def test_a_torch_file_whose_tensor_is_larger_than_its_storage_is_refused(
    tmp_path: Path, legacy: bool, claimed: int
) -> None:
    content = saved({"a": torch.zeros(257)}, legacy=legacy)
    small, large = b"M\x01\x01\x85", b"J" + claimed.to_bytes(4, "little") + b"\x85"  # the shape (257,)
    if legacy:
        changed = content.replace(small, large)
    else:
        changed = zipped({name: data.replace(small, large) for name, data in unzipped(content).items()})
    assert changed != content
    with pytest.raises(errors.Damaged, match=f"a tensor of {claimed} numbers is more than it holds"):
        read_checkpoint(written(tmp_path, changed))


def test_a_tensor_that_repeats_one_number_very_often_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.Damaged, match=r"a tensor of 100000×100000 numbers is more than it holds"):
        read_checkpoint(written(tmp_path, saved({"a": torch.zeros(1).expand(100_000, 100_000)})))


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path, saved(weights()))
    with pytest.raises(errors.TooLarge, match=r"has 0\.0 GB; checkpoints of more than 0\.0 GB are not read"):
        read_checkpoint(path, most_bytes=path.stat().st_size - 1)
    assert_same(read_checkpoint(path, most_bytes=path.stat().st_size), weights())


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(errors.Unreadable, match=r"^“a\.pth” cannot be read: No such file or directory\.$"):
        read_checkpoint(tmp_path / "a.pth")


def test_a_compressed_archive_does_not_unfold(tmp_path: Path) -> None:
    entries = {"a/data.pkl": b"x" * 50_000_000}
    path = written(tmp_path, zipped(entries, zipfile.ZIP_DEFLATED))
    with pytest.raises(errors.OtherFormat, match="is a zip archive"):
        read_checkpoint(path)
