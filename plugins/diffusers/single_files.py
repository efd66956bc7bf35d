"""Checkpoints that hold a whole diffusion model in one file, with the names of its first authors' code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from imagetool.kit.checkpoint_errors import CheckpointError, OtherFormat, TooLarge, shown
from imagetool.kit.checkpoints import read_checkpoint
from imagetool.plugin import CannotRun, NotMine, PluginError
from plugins.diffusers.components import MOST_WEIGHT_BYTES

CHECKPOINT = "model.safetensors"
"""What it is called in a model's folder."""

_ENDINGS = (".safetensors", ".ckpt")
_FIRST = "model.diffusion_model.input_blocks.0.0.weight"
_ATTENTION = "attn2.to_k.weight"
_FAMILIES = {768: "Stable Diffusion 1", 1024: "Stable Diffusion 2", 2048: "Stable Diffusion XL"}
_INPAINTING_CHANNELS = 9


def single_file(folder: Path) -> Path | None:
    """The only checkpoint in a folder itself; parts of its pipeline may then have no file of their own."""
    found = [path for path in sorted(folder.iterdir()) if path.suffix in _ENDINGS]
    return found[0] if len(found) == 1 else None


def refuse_alone(path: Path) -> PluginError:
    """Why a checkpoint is not enough: it has neither its settings nor the words of its tokenizer."""
    try:
        tensors = read_checkpoint(path, MOST_WEIGHT_BYTES)
    except (OtherFormat, TooLarge) as error:
        return NotMine(str(error))
    except CheckpointError as error:
        return CannotRun(str(error))
    what = recognised(tensors)
    if not what:
        return NotMine(f"“{shown(path.name)}” does not hold a whole diffusion model.")
    return CannotRun(
        f"“{shown(path.name)}” is a {what} checkpoint without its settings and the words of its tokenizer; put it "
        "into its folder of the diffusers library, beside model_index.json, and choose that folder."
    )


def recognised(tensors: Mapping[str, Tensor]) -> str:
    """What the names and shapes of a checkpoint say it is; empty where it is nothing of the kind."""
    first = tensors.get(_FIRST)
    if first is None or first.dim() != 4:
        return ""
    widths = {value.shape[1] for name, value in tensors.items() if name.endswith(_ATTENTION) and value.dim() == 2}
    family = next((_FAMILIES[width] for width in sorted(widths) if width in _FAMILIES), "diffusion")
    return f"{family} inpainting" if first.shape[1] == _INPAINTING_CHANNELS else family
