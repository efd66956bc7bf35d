"""Files that claim to be ONNX and are something else."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from imagetool.plugin import CannotRun, NotMine
from plugins.onnx import files
from plugins.onnx.files import read_model
from tests.plugins.onnx.made_graphs import nearest

SOUND = nearest(2).SerializeToString()
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 131354118\n"

FINAL = [
    (b"", "“a.onnx” is empty. Download it again."),
    (b" \n\n", "“a.onnx” is empty. Download it again."),
    (
        LFS,
        "“a.onnx” is a Git LFS pointer, not the model itself. Download the real file of 131354118 bytes.",
    ),
    (
        LFS[:60],
        "“a.onnx” is a Git LFS pointer, not the model itself. Download the real file.",
    ),
    (
        b"\n<!DOCTYPE html><html><body>404</body></html>",
        "“a.onnx” is a web page, not a model. Download the file that the page links to.",
    ),
    (
        b"\x18\x00\x00\x00ORTM" + b"\x00" * 64,
        "“a.onnx” is in onnxruntime's own format (.ort). Use the .onnx file that it was made from.",
    ),
    (SOUND[:-5], "“a.onnx” is cut off: it ends before its graph does. Download it again."),
    (SOUND[: len(SOUND) // 2], "“a.onnx” is cut off: it ends before its graph does. Download it again."),
    (SOUND[:2], "“a.onnx” is cut off: it ends before its graph does. Download it again."),
]

OTHERS = [
    (pickle.dumps({"weights": 1}), "“a.onnx” is a pickle, such as a PyTorch checkpoint, not an ONNX file."),
    (b"\x89HDF\r\n\x1a\n" + b"\x00" * 40, "“a.onnx” is an HDF5 file, not an ONNX file."),
    (b"just some words about a model", "“a.onnx” is a file of another kind, not an ONNX file."),
    (bytes(range(256)) * 4, "“a.onnx” is a file of another kind, not an ONNX file."),
    (b"\x00" * 100, "“a.onnx” is a file of another kind, not an ONNX file."),
    (b"\xff" * 100, "“a.onnx” is a file of another kind, not an ONNX file."),
    (b"\x08\x08\x3a\x02\xff\xff", "“a.onnx” is damaged or of another kind, not an ONNX file."),
]


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.onnx"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("data", "sentence"), FINAL)
def test_what_nobody_should_use_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(CannotRun) as raised:
        read_model(written(tmp_path, data), "a.onnx")
    assert str(raised.value) == sentence


@pytest.mark.parametrize(("data", "sentence"), OTHERS)
def test_what_another_loader_may_know_is_not_ours(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(NotMine) as raised:
        read_model(written(tmp_path, data), "a.onnx")
    assert str(raised.value) == sentence


def test_a_zip_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.onnx", SOUND)
    with pytest.raises(NotMine, match="is a zip archive or a PyTorch checkpoint, not an ONNX file"):
        read_model(path, "a.onnx")


def test_safetensors_are_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    save_file({"w": np.zeros(3, np.float32)}, path)
    with pytest.raises(NotMine, match="is a safetensors file, not an ONNX file"):
        read_model(path, "a.onnx")


def test_a_pickle_under_the_name_is_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(NotMine):
        read_model(written(tmp_path, pickle.dumps(_Touch(canary))), "a.onnx")
    assert not canary.exists()


def test_a_larger_file_than_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    with pytest.raises(CannotRun, match=r"“a\.onnx” has 0 MB\. ONNX files of at most 0 MB are read\."):
        read_model(written(tmp_path, SOUND), "a.onnx")


@pytest.mark.parametrize("length", range(0, len(SOUND), 7))
def test_wherever_it_is_cut_off_there_is_a_sentence(tmp_path: Path, length: int) -> None:
    with pytest.raises((CannotRun, NotMine)):
        read_model(written(tmp_path, SOUND[:length]), "a.onnx")


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    assert read_model(written(tmp_path, SOUND), "a.onnx") == nearest(2)


class _Touch:
    """Its pickle makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._path,)
