"""A model from its file of weights, and pictures as it knows them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from imagetool.kit.weights import load_into, read_layout
from imagetool.plugin import Params
from plugins.autoregressive.layout import Layout
from plugins.autoregressive.pictures import PictureModel

ANYTHING = "anything"
"""What a form says where no label is wanted."""


def picture_model(path: Path, device: torch.device) -> PictureModel:
    """The model that a file of weights describes, ready to be used."""
    layout = Layout.read(read_layout(path))
    model = layout.model()
    load_into(model, path)
    return PictureModel(layout, model.to(device).eval())


def label_number(layout: Layout, params: Params) -> int:
    """The number of the label that a form is set to; -1 for anything, or where the form has no labels."""
    label = params.get("label", ANYTHING)
    return layout.labels.index(label) if label in layout.labels else -1


def to_levels(image: Tensor, channels: int) -> Tensor:
    """Pixels (B, channels, H, W) int64 of pictures (B, 3 or 4, H, W) from 0 to 1.

    A model without opacity sees what is transparent on black; one with it sees pictures without as opaque. What is
    fully transparent has no colour.
    """
    rgb, alpha = image[:, :3], image[:, 3:]
    if channels == 3:
        seen = rgb * alpha if alpha.shape[1] else rgb
    else:
        alpha = alpha if alpha.shape[1] else torch.ones_like(rgb[:, :1])
        seen = torch.cat([rgb * (alpha > 0), alpha], dim=1)
    return (seen.float() * 255).round().clamp(0, 255).long()


def to_floats(pixels: Tensor) -> Tensor:
    """Pictures (B, C, H, W) from 0 to 1 of pixels (B, C, H, W) int64."""
    return pixels.float() / 255
