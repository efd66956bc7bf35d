"""Other people's checkpoints, loaded to be measured beside our own models."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from imagetool.kit.torchvision_operators import complete_torchvision
from imagetool.training.errors import RivalUnknown

_DAMAGED = (OSError, EOFError, LookupError, ValueError, RuntimeError, TypeError, pickle.UnpicklingError)
"""What torch and spandrel meet in files that are no checkpoints."""

Picture = npt.NDArray[np.uint8]


def third_party(path: Path) -> Callable[[Picture, int], Picture | None]:
    """A checkpoint of an architecture that the spandrel library knows, as a method to enlarge.

    The method takes (H, W, 3) uint8 RGB and a factor, runs in float32 on the CPU and returns None for every
    factor but the checkpoint's own.

    Raises:
        RivalUnknown: where spandrel is not installed, or does not know the checkpoint.
    """
    model = described(path)

    def enlarge(picture: Picture, scale: int) -> Picture | None:
        if scale != model.scale:
            return None
        image = torch.tensor(picture).permute(2, 0, 1)[None].float() / 255
        with torch.inference_mode():
            made = model(image)
        eight = (made[0].clamp(0, 1) * 255).round().byte()
        pixels: Picture = eight.permute(1, 2, 0).numpy()
        return pixels

    return enlarge


def third_party_network(path: Path) -> nn.Module:
    """The network of such a checkpoint, in float32 on the CPU.

    Raises:
        RivalUnknown: as `third_party`.
    """
    network: nn.Module = described(path).model
    return network


def described(path: Path) -> Any:
    """The checkpoint as spandrel describes it: a descriptor with its network, on the CPU.

    Raises:
        RivalUnknown: where it cannot be read, or is no model that turns a picture into a picture.
    """
    complete_torchvision()
    try:
        from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
    except ImportError:
        raise RivalUnknown(path, "the library spandrel is not installed") from None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        model = ModelLoader("cpu").load_from_state_dict(state)
    except (*_DAMAGED, UnsupportedModelError) as error:
        raise RivalUnknown(path, str(error).partition("\n")[0] or type(error).__name__) from None
    if not isinstance(model, ImageModelDescriptor):
        raise RivalUnknown(path, "it is no model that turns a picture into a picture")
    model.eval()
    return model
