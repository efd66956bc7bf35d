"""Small networks with random weights, of architectures that the spandrel library knows."""

from __future__ import annotations

import importlib
from typing import Any

import torch
from torch import Tensor

from imagetool.kit.torchvision_operators import complete_torchvision

NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "ESRGAN": ("ESRGAN", {"num_filters": 8, "num_blocks": 2, "scale": 4}),
    "ESRGAN with opacity": ("ESRGAN", {"in_nc": 4, "out_nc": 4, "num_filters": 8, "num_blocks": 2, "scale": 2}),
    "ESRGAN 1x": ("ESRGAN", {"num_filters": 8, "num_blocks": 2, "scale": 1}),
    "gray ESRGAN": ("ESRGAN", {"in_nc": 1, "out_nc": 1, "num_filters": 8, "num_blocks": 2, "scale": 2}),
    "two channels": ("ESRGAN", {"in_nc": 2, "out_nc": 2, "num_filters": 8, "num_blocks": 2, "scale": 2}),
    "Compact": ("Compact", {"num_feat": 8, "num_conv": 2, "upscale": 2}),
    "SPAN": ("SPAN", {"num_in_ch": 3, "num_out_ch": 3, "feature_channels": 8, "upscale": 4}),
    "SwinIR": (
        "SwinIR",
        {
            "embed_dim": 12,
            "depths": [2],
            "num_heads": [2],
            "window_size": 8,
            "upscale": 2,
            "upsampler": "pixelshuffledirect",
            "mlp_ratio": 2,
        },
    ),
    "DnCNN": ("DnCNN", {"in_nc": 1, "out_nc": 1, "nc": 8, "nb": 9, "act_mode": "R"}),
    "FDnCNN": ("DnCNN", {"in_nc": 4, "out_nc": 3, "nc": 8, "nb": 9, "act_mode": "R", "mode": "FDnCNN"}),
    "DRUNet": ("DRUNet", {"in_nc": 4, "out_nc": 3, "nc": [8, 8, 16, 16], "nb": 2}),
    "SCUNet": ("SCUNet", {"config": [1, 1, 1, 1, 1, 1, 1], "dim": 64}),
    "NAFNet": ("NAFNet", {"width": 8, "middle_blk_num": 1, "enc_blk_nums": [1, 1], "dec_blk_nums": [1, 1]}),
}
"""By name: the architecture, and how large."""


def state_of(name: str, seed: int = 1) -> dict[str, Tensor]:
    """The weights of one of `NETWORKS`."""
    complete_torchvision()
    architecture, sizes = NETWORKS[name]
    module = importlib.import_module(f"spandrel.architectures.{architecture}")
    torch.manual_seed(seed)
    network = getattr(module, architecture)(**sizes)
    return {key: value.detach().clone() for key, value in network.state_dict().items()}
