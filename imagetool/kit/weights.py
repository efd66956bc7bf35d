"""Files of weights: safetensors with the network's layout in their header."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from imagetool.kit.errors import BadWeights
from imagetool.plugin.weights import Weights

LAYOUT = "layout"
"""Key of the header that holds the network's layout as JSON."""

MOST_BYTES = 16 * 1024**2
"""A bundled file is not larger than this."""


def save_weights(path: Path, network: nn.Module, layout: Mapping[str, Any], facts: Mapping[str, str]) -> None:
    """Writes a network as half floats: `layout` rebuilds it, `facts` say how it was made.

    Raises:
        BadWeights: where a value is not finite, also after rounding to half floats.
    """
    tensors = {name: value.detach().cpu().half().contiguous() for name, value in network.state_dict().items()}
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise BadWeights(path, f"{name} has values that are not finite")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={**facts, LAYOUT: json.dumps(dict(layout))})


def checked_weights(files: Iterable[tuple[str, Path, str, int]]) -> Weights:
    """The files of a model, once they are known to hold the bytes that its manifest promises.

    Takes tuples of the name in the manifest, the path, the SHA-256 in hexadecimal and the size in bytes.

    Raises:
        BadWeights: where a file is not there or holds something else.
    """
    paths = {}
    for name, path, sha256, size in files:
        try:
            with path.open("rb") as stream:
                sound = os.fstat(stream.fileno()).st_size == size
                sound = sound and hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except OSError as error:
            raise BadWeights(path, error.strerror or str(error)) from None
        if not sound:
            raise BadWeights(path, "it has been changed since it was installed")
        paths[name] = path
    return Weights(paths)


def read_layout(path: Path) -> dict[str, Any]:
    """The layout in a file's header.

    Raises:
        BadWeights: where the file is none of ours.
    """
    try:
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(LAYOUT)
        layout = json.loads(text) if text else None
    except (OSError, SafetensorError, ValueError) as error:
        raise BadWeights(path, str(error)) from None
    if layout is None:
        raise BadWeights(path, "it has no layout")
    if not isinstance(layout, dict):
        raise BadWeights(path, "its layout is no table")
    return layout


def load_into(network: nn.Module, path: Path, *, partly: bool = False) -> None:
    """Fills a network with a file's values, in the network's own dtype.

    Where `partly` is true, only the names and shapes that both have are taken, which is how one training starts
    from another's result.

    Raises:
        BadWeights: where the names or shapes are not the network's.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise BadWeights(path, str(error)) from None
    wanted = network.state_dict()
    if partly:
        tensors = {k: v for k, v in tensors.items() if k in wanted and v.shape == wanted[k].shape}
    elif {k: v.shape for k, v in tensors.items()} != {k: v.shape for k, v in wanted.items()}:
        raise BadWeights(path, "its tensors are not those of the network that its header describes")
    network.load_state_dict({k: v.to(wanted[k].dtype) for k, v in tensors.items()}, strict=not partly)
