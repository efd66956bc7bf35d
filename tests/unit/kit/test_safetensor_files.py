from __future__ import annotations

import json
import os
import stat
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from imagetool.kit.checkpoint_errors import CheckpointError
from imagetool.kit.checkpoints import read_checkpoint, write_checkpoint
from imagetool.kit.safetensor_files import read_metadata
from tests.fakes.foreign_files import assert_same, saved, weights, written


def header(**tensors: Any) -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


def entry(shape: list[int], begin: int, end: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


TWICE = (
    b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
)

BROKEN: list[tuple[str, bytes, str]] = [
    ("cut", header(a=entry([4], 0, 16)) + bytes(12), "is damaged (its end is missing): download it again"),
    ("cut header", struct.pack("<Q", 999) + b'{"a":', "is damaged (its end is missing): download it again"),
    (
        "long header",
        struct.pack("<Q", 90_000_000) + b"{}",
        "is damaged (its header claims 90000000 bytes): download it again",
    ),
    (
        "more",
        header(a=entry([1], 0, 4)) + bytes(8),
        "is damaged (something follows after its last tensor): download it again",
    ),
    (
        "twice",
        struct.pack("<Q", len(TWICE)) + TWICE + bytes(4),
        "is damaged (“a” stands twice in its header): download it again",
    ),
    (
        "overlap",
        header(a=entry([2], 0, 8), b=entry([2], 4, 12)) + bytes(12),
        "is damaged (“b” overlaps another tensor): download it again",
    ),
    (
        "gap",
        header(a=entry([1], 0, 4), b=entry([1], 8, 12)) + bytes(12),
        "is damaged (“b” leaves a gap before it): download it again",
    ),
    (
        "huge",
        header(a=entry([2**40, 2**40], 0, 4)) + bytes(4),
        "is damaged (“a” has another size than its shape says): download it again",
    ),
    (
        "huge and empty",
        header(a=entry([2**40, 0], 0, 0)),
        "cannot be used: “a” has an impossible shape",
    ),
    (
        "beyond",
        header(a=entry([2**40], 0, 2**42)) + bytes(4),
        "is damaged (its end is missing): download it again",
    ),
    (
        "negative",
        header(a=entry([-1], 0, 4)) + bytes(4),
        "is damaged (“a” has an impossible shape): download it again",
    ),
    (
        "type",
        header(a=entry([1], 0, 4, "F4")) + bytes(4),
        "cannot be used: “a” has numbers of the type F4, which is not known",
    ),
    ("no table", header(a=3), "is damaged (“a” is not described as a tensor): download it again"),
    (
        "deep",
        struct.pack("<Q", 200_001) + b"{" + b'"a":[' * 40_000,
        "is damaged (its header is not valid JSON): download it again",
    ),
]


@pytest.mark.parametrize(("content", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_header_that_lies_is_refused_before_anything_is_allocated(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(CheckpointError) as caught:
        read_checkpoint(written(tmp_path, content, "net.safetensors"))
    assert str(caught.value) == f"“net.safetensors” {said}."


def test_what_is_written_is_read_again_by_us_and_by_others(tmp_path: Path) -> None:
    tensors = weights() | {
        "empty": torch.zeros(0, 3),
        "flags": torch.tensor([True]),
        "rough": torch.ones(3).bfloat16(),
    }
    path = tmp_path / "out.safetensors"
    before = os.umask(0o077)
    try:
        write_checkpoint(tensors, path, {"architecture": "SPAN", "from": "“a”"})
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert_same(read_checkpoint(path), tensors)
    assert_same(load_file(path), tensors)
    assert read_metadata(path) == {"architecture": "SPAN", "from": "“a”"}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, b"mine")
    with pytest.raises(FileExistsError):
        write_checkpoint(weights(), path, {})
    assert path.read_bytes() == b"mine"


def test_words_of_a_file_that_is_no_safetensors_are_none(tmp_path: Path) -> None:
    assert read_metadata(written(tmp_path, saved(weights()))) == {}
