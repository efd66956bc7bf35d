"""A folder of the diffusers library written by hand, for what is looked at before the library is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

INDEX = "model_index.json"
UNET = "unet/diffusion_pytorch_model.safetensors"


def plain_folder(path: Path) -> Path:
    """A DDPM of 16 pixels whose weights are one tensor."""
    index = {
        "_class_name": "DDPMPipeline",
        "_diffusers_version": "0.40.0",
        "scheduler": ["diffusers", "DDPMScheduler"],
        "unet": ["diffusers", "UNet2DModel"],
    }
    unet = {
        "_class_name": "UNet2DModel",
        "_name_or_path": "/home/somebody",
        "block_out_channels": [16, 32],
        "in_channels": 3,
        "out_channels": 3,
        "sample_size": 16,
    }
    write(path / INDEX, index)
    write(path / "unet" / "config.json", unet)
    write(
        path / "scheduler" / "scheduler_config.json", {"_class_name": "DDPMScheduler", "num_train_timesteps": 1000}
    )
    save_file({"conv_in.weight": torch.ones(2, 2)}, path / UNET)
    return path


def write(path: Path, table: object) -> None:
    """Writes JSON, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(table), "utf-8")


def changed(path: Path, **changes: Any) -> None:
    """Sets keys of a file of JSON; None takes one away."""
    table = json.loads(path.read_text("utf-8")) | changes
    write(path, {key: value for key, value in table.items() if value is not None})
