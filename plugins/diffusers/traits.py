"""What the settings of a pipeline's components say of the pictures it makes, before anything of it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagetool.plugin import CannotRun
from plugins.diffusers.folder_index import FolderIndex
from plugins.diffusers.kinds import Way

_MOST_PX, _MOST_CHANNELS, _MOST_LEVELS, _MOST_STEPS = 4096, 64, 8, 10_000
_INPAINTING_CHANNELS = 9  # noisy latents, what is known, and the hole
_STEPS = {Way.TEXT: 25, Way.LATENT: 50, Way.PIXEL: 50}
_STEPS_DDPM = 250  # with fewer, what DDPM makes stays noisy


@dataclass(frozen=True, slots=True)
class Traits:
    """A pipeline as a user sees it.

    Attributes:
        side_px: The side of the pictures it was trained on.
        multiple_of: Of which the sides of its pictures are multiples.
        steps: How many are usual; `most_steps` how many it was trained with.
        inpainting_only: Whether its network expects a hole.
    """

    side_px: int
    multiple_of: int
    steps: int
    most_steps: int
    inpainting_only: bool


def traits_of(index: FolderIndex, settings: Mapping[str, Mapping[str, Any]], name: str) -> Traits:
    """Reads the traits out of the components' settings; `name` is the folder's, for sentences.

    Raises:
        CannotRun: where a number is missing or impossible.
    """
    unet, scheduler = settings["unet"], settings["scheduler"]
    side = unet.get("sample_size")
    if isinstance(side, list):
        side = max(side, key=lambda it: it if isinstance(it, int) else 0, default=None)
    levels = len(unet.get("block_out_channels", ())) or 1
    shrinks = _shrinks(settings)
    channels = _whole(name, "in_channels", unet.get("in_channels"), _MOST_CHANNELS)
    if index.kind.way is Way.PIXEL and channels not in (1, 3, 4):
        raise CannotRun(f"The pictures of “{name}” have {channels} channels; 1, 3 and 4 are known here.")
    if index.kind.way is not Way.TEXT and (unet.get("num_class_embeds") or unet.get("class_embed_type")):
        raise CannotRun(f"“{name}” makes pictures of classes by their numbers, which is not known here.")
    most_steps = _whole(name, "num_train_timesteps", scheduler.get("num_train_timesteps", 1000), _MOST_STEPS)
    slow = index.classes["scheduler"] == "DDPMScheduler"
    steps = _STEPS_DDPM if slow and index.kind.way is not Way.TEXT else _STEPS[index.kind.way]
    return Traits(
        side_px=_whole(name, "sample_size", side, _MOST_PX) * shrinks,
        multiple_of=shrinks * (1 if index.kind.way is Way.TEXT else 2 ** min(levels - 1, _MOST_LEVELS)),
        steps=min(steps, most_steps),
        most_steps=most_steps,
        inpainting_only=channels == _INPAINTING_CHANNELS,
    )


def _shrinks(settings: Mapping[str, Mapping[str, Any]]) -> int:
    """How many pixels of a picture one latent stands for, along a side."""
    decoder = settings.get("vae", settings.get("vqvae"))
    if decoder is None:
        return 1
    levels = len(decoder.get("block_out_channels", decoder.get("encoder_block_out_channels", ())) or (0,))
    return int(2 ** min(levels - 1, _MOST_LEVELS))


def _whole(name: str, key: str, value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise CannotRun(f"The {key} of “{name}” is {value!r:.40}, not a whole number from 1 to {most}.")
    return value
