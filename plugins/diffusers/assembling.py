"""Puts the components of a pipeline together from the files that the loader has written."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from imagetool.plugin import CannotRun, Weights
from plugins.diffusers.components import weight_files
from plugins.diffusers.folder_index import INDEX, FolderIndex
from plugins.diffusers.kinds import COMPONENTS
from plugins.diffusers.library import library
from plugins.diffusers.single_files import CHECKPOINT

_LOCAL = {"local_files_only": True}
_PLAIN = {  # what the pipelines can do without
    "safety_checker": None,
    "feature_extractor": None,
    "requires_safety_checker": False,
    "add_watermarker": False,
}
_DIFFUSERS = {"low_cpu_mem_usage": False}  # the other way needs a further library
_SHOWN_NAMES = 3


class Assembled:
    """The components of a pipeline on a device, by their names in its index."""

    def __init__(self, weights: Weights, device: torch.device) -> None:
        """Loads them.

        Raises:
            CannotRun: where the weights are not those of the components.
        """
        self._folder = weights.paths[INDEX].parent
        self.index, self.device = FolderIndex.read(self._folder), device
        self._dtype = _dtype(self._folder, device)
        self.parts: dict[str, Any] = {}
        for name, which in self.index.classes.items():
            part = self._part(name, which)
            if part is not None:
                self.parts[name] = part

    def pipeline(self, which: str) -> Any:
        """A pipeline of the library; what its components lack is taken from the checkpoint beside them."""
        made = self._pipeline(getattr(library("diffusers"), which))
        made.set_progress_bar_config(disable=True)
        return made.to(self.device)

    def _pipeline(self, cls: Any) -> Any:
        taken = inspect.signature(cls.__init__).parameters
        options = {name: value for name, value in {**_PLAIN, **self.index.settings}.items() if name in taken}
        if set(self.parts) == set(self.index.classes):
            return cls(**self.parts, **options)
        checkpoint, settings = str(self._folder / CHECKPOINT), str(self._folder)
        parts = {**self.parts, **options, "torch_dtype": self._dtype, **_LOCAL}
        try:
            return cls.from_single_file(checkpoint, config=settings, **parts)
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise CannotRun(f"The checkpoint does not fit its settings ({_first_line(error)}).") from error

    def _part(self, name: str, which: str) -> Any:
        """A component; None for one whose weights are in the checkpoint."""
        of = COMPONENTS[name][which]
        cls, path = getattr(library(of), which), str(self._folder / name)
        if name == "scheduler" or name.startswith("tokenizer"):
            return cls.from_pretrained(path, **_LOCAL)
        if not weight_files(self._folder / name):
            return None
        options: dict[str, Any] = {"use_safetensors": True, "output_loading_info": True, **_LOCAL}
        options |= {"dtype": self._dtype} if of == "transformers" else _DIFFUSERS | {"torch_dtype": self._dtype}
        try:
            part, found = cls.from_pretrained(path, **options)
        except (OSError, RuntimeError, ValueError) as error:
            said = _first_line(error)
            raise CannotRun(f"The weights of the {name} do not fit its settings ({said}).") from error
        missing = sorted(found["missing_keys"])
        if missing:
            names = ", ".join(missing[:_SHOWN_NAMES])
            raise CannotRun(f"The weights of the {name} lack {len(missing)} tensors, such as {names}.")
        return part.to(self.device).eval()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _dtype(folder: Path, device: torch.device) -> torch.dtype:
    """Half floats where the weights are stored so and the device is made for them; otherwise full ones."""
    if device.type != "cuda":
        return torch.float32
    path = (*weight_files(folder / "unet"), folder / CHECKPOINT)[0]
    with safe_open(path, framework="pt") as file:
        first = next(iter(file.keys()))
        stored = file.get_tensor(first).dtype
    return torch.float16 if stored == torch.float16 else torch.float32
