"""What imagetool has to know about a network that spandrel has recognised: its task, its words, its parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.plugin import Task
from plugins.spandrel.architectures import Described

SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin", ".tar", ".th", ".pkl", ".zip", ".model", ".weights")

NOISE_MAPS = ("DRUNet", "DnCNN")
"""Families whose networks may be told the noise level as one more channel."""

_DENOISERS = ("DnCNN", "DRUNet", "SCUNet", "NAFNet", "KBNet", "Uformer", "Restormer", "GRL")
_CHANNELS = ((1, 1), (3, 3), (4, 4), (4, 3))

_NOISE_WORDS = re.compile(r"nois|sidd|sigma|gauss|awgn|dncnn|(^|[^a-z])dn([^a-z]|$)", re.IGNORECASE)
_OTHER_WORDS = re.compile(
    r"blur|gopro|hide|reds|jpe?g|compress|artifact|dehaz|haze|rain|snow|low.?light|lol|enhance|bcie|halftone|moire"
    r"|aliasing|deinterlace|dedot|colou?r.?ize|sharp",
    re.IGNORECASE,
)
_LONGEST = 60


class NotUsable(Exception):
    """The network is known, but imagetool has no use for it; the text completes a sentence that begins with it."""


@dataclass(frozen=True, slots=True)
class Traits:
    """One network's place in imagetool."""

    task: Task
    name: str
    architecture: str
    scale: int
    parameters: int

    @property
    def summary(self) -> str:
        """A sentence of facts."""
        does = {
            Task.UPSCALE: f"{self.scale} times larger",
            Task.DENOISE: "takes noise away",
            Task.INPAINT: "fills holes",
        }
        return (
            f"{self.architecture}, {does.get(self.task, 'keeps the size')}, {_count(self.parameters)} parameters"
        )

    @property
    def id(self) -> str:
        """A model's id."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.architecture.lower()).strip("-")
        slug = slug if slug[:1].isalpha() else f"net-{slug}"
        return f"{slug}-x{self.scale}" if self.task is Task.UPSCALE else f"{slug}-{self.task}"


def traits_of(described: Described, source: Path) -> Traits:
    """Finds the task.

    Raises:
        NotUsable: with what stands against it.
    """
    channels = (described.input_channels, described.output_channels)
    family = described.architecture.name
    if described.purpose == "FaceSR":
        raise NotUsable(
            f"restores faces that were cut out and straightened before ({family}), which imagetool does not do"
        )
    if channels not in _CHANNELS:
        raise NotUsable(
            f"makes {channels[1]} channels out of {channels[0]} ({family}); pictures have one, three or four"
        )
    parameters = sum(parameter.numel() for parameter in described.model.parameters())
    task = _task(described, source.name)
    return Traits(task, name_of(source), family, int(described.scale), parameters)


def parameters_of(described: Described, task: Task) -> list[dict[str, Any]]:
    """The form of the model, as `[[model.param]]` tables."""
    if task not in (Task.DENOISE, Task.FILTER):
        return []
    form: list[dict[str, Any]] = [
        {
            "id": "strength",
            "type": "float",
            "label": "Strength",
            "help": "0 leaves the picture as it is, 1 is all that the model makes of it",
            "min": 0.0,
            "max": 1.0,
            "default": 1.0,
            "step": 0.05,
        }
    ]
    if wants_noise_level(described):
        form.append(
            {
                "id": "noise_level",
                "type": "float",
                "label": "Noise level",
                "help": "The standard deviation of the noise, in steps of 8 bit",
                "min": 0.0,
                "max": 75.0,
                "default": 15.0,
                "step": 1.0,
            }
        )
    return form


def wants_noise_level(described: Described) -> bool:
    """Whether the network has one more channel than the picture, for the noise level."""
    first = next(value for value in described.model.parameters() if value.dim() == 4)
    return described.architecture.id in NOISE_MAPS and first.shape[1] == described.input_channels + 1


def name_of(source: Path) -> str:
    """A name for people from a file's name: without endings, however many, and with spaces."""
    stem = source.name
    while (shorter := _without_suffix(stem)) != stem:
        stem = shorter
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in stem).replace("_", " ").split())
    return words[:_LONGEST].strip() or "Unnamed"


def _without_suffix(name: str) -> str:
    return next(
        (name[: -len(end)] for end in SUFFIXES if name.lower().endswith(end) and len(name) > len(end)), name
    )


def _task(described: Described, file_name: str) -> Task:
    if described.purpose == "Inpainting":
        return Task.INPAINT
    if described.scale > 1:
        return Task.UPSCALE
    if _NOISE_WORDS.search(file_name):
        return Task.DENOISE
    if _OTHER_WORDS.search(file_name) or described.architecture.id not in _DENOISERS:
        return Task.FILTER
    return Task.DENOISE


def _count(parameters: int) -> str:
    if parameters < 100_000:
        return f"{parameters / 1e3:.1f} k"
    return f"{parameters / 1e6:.1f} M" if parameters < 10_000_000 else f"{parameters / 1e6:.0f} M"
